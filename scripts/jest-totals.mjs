import { writeFileSync } from 'node:fs';
import { env } from 'node:process';

/** Jest reporter that leaves the totals where the bootstrap finds them: it prints them last, after everything Jest has to say. */
export default class JestTotals {
  onRunComplete(_contexts, results) {
    const totals = {
      passed: results.numPassedTests,
      // A file that could not even be loaded has no tests to count, and has failed all the same.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    writeFileSync(env.JEST_TOTALS_FILE, JSON.stringify(totals));
  }
}
