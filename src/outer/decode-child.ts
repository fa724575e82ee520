/**
 * The decoder process of the outer door. It holds no key, no database and no socket; whatever a hostile frame does to it
 * ends with it.
 */
import type { Json } from '../core/index.ts';
import { serveJobs } from '../core/index.ts';
import { decodeFrame, warmDecoder } from './decode-frame.ts';
import type { DecodeJob } from './decode.ts';

serveJobs((job) => decodeFrame(job as unknown as DecodeJob) as unknown as Json, warmDecoder());
