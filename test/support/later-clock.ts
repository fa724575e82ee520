/** Loaded before the gate by tests: its clock is ahead by `SALLYPORT_TEST_LATER_MS`. Only the gate's own process sees it. */
const laterMs = Number(process.env['SALLYPORT_TEST_LATER_MS'] ?? 0);
const now = Date.now.bind(Date);
Date.now = () => now() + laterMs;
