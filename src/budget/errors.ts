/** Error codes of budgets. */
import { defineErrors } from '../core/index.ts';

/** Builds the module's errors. */
export const errors = defineErrors('BUDGET', {
  AMOUNT_UNREADABLE: {
    status: 400,
    message: 'cannot read the amount `{text}`, it has no known unit',
    hint: 'write it like `5000 bits`, `40 kB`, `50 GB` or `0.5%`',
  },
  AMOUNT_TOO_LARGE: {
    status: 400,
    message: 'cannot use the amount `{text}`, it is above 2^53 bits',
    hint: 'declare a smaller amount',
  },
  RATE_UNREADABLE: {
    status: 400,
    message: 'cannot read the rate `{text}`, it is no amount per period',
    hint: 'write it like `40 kB/day`, `300000 bits/day`, `1%/year`, `50 GB/month` or `100 years`',
  },
  SIZE_UNKNOWN: {
    status: 400,
    message: 'cannot turn `{text}` into bits, no model with an effective size is declared',
    hint: 'declare a model first with `sallyport model add`, or use bits or bytes',
  },
  SCOPE_UNKNOWN: {
    status: 400,
    message: 'cannot use the budget `{text}`, its scope is not known',
    hint: 'use `enclave`, `automatic`, `model:NAME`, `project:NAME` or `principal:ID`',
  },
  INCOMPLETE: {
    status: 400,
    message: 'cannot declare the budget, it has no rate',
    hint: 'add `--rate`, for instance `--rate 40kB/day`',
  },
  WIDENED: {
    status: 409,
    message: 'cannot widen the budget `{bucket}` directly, the gate is founded',
    hint: "ask for it: `sallyport change --set-budget '{bucket}=RATE,burst=AMOUNT' --why …`; what is tighter in every respect is declared at once",
  },
  BUCKET_MISSING: {
    status: 404,
    message: 'cannot find the budget `{bucket}`, none was declared',
    hint: 'declare it with `sallyport budget set {bucket} --rate RATE --burst AMOUNT`',
  },
});
