/** The decoder process of the sender: it decodes as the outer door does, and looks at what it emits. */
import type { Json } from '../../core/index.ts';
import { serveJobs } from '../../core/index.ts';
import { decodeFrame, warmDecoder } from '../../outer/decode-frame.ts';
import type { DecodeJob } from '../../outer/decode.ts';
import { lookAtFile } from './look.ts';

serveJobs((given) => {
  const job = given as unknown as DecodeJob;
  return decodeFrame(job, job.look === true ? lookAtFile : undefined) as unknown as Json;
}, warmDecoder());
