/** The steganographer suite: known ways of hiding bits, played against the running codecs. */
import type { Collector } from './collector.ts';
import { forAll } from './collector.ts';

const MEASURES = ['R-SL4-31', 'R-SL4-32', 'SL5-SC-7(10)'];

/** Recent exfil-test. */
export const EXFIL_TEST_COLLECTOR: Collector = {
  name: 'exfil-test',
  title: 'recent exfil-test',
  measures: MEASURES,
  collect: ({ exfil }) => {
    if (exfil === null) {
      const sentence =
        'the suite was not played for this reading; `posture assess --exfil-test` does';
      return Promise.resolve(forAll(MEASURES, 'unknown', sentence));
    }
    const facts = { channels: exfil.channels, notHeld: exfil.notHeld.join(', ') || null };
    return Promise.resolve(
      exfil.notHeld.length === 0
        ? forAll(
            MEASURES,
            'part',
            `${String(exfil.channels)} known ways of hiding bits in exports carried no more than was charged; tries by people and by planted software are somebody's word`,
            facts,
          )
        : forAll(
            MEASURES,
            'contradicts',
            `${String(exfil.notHeld.length)} of ${String(exfil.channels)} ways of hiding bits carried more than was charged: ${exfil.notHeld.join(', ')}`,
            facts,
          ),
    );
  },
};
