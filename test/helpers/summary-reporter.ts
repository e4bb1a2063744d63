/**
 * Closes the test run with what was skipped, by name and with its reason, and one plain line of counts.
 */
import type { Reporter, TestModule } from 'vitest/node'

export default class SummaryReporter implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    const skipped: string[] = []
    for (const testModule of testModules) {
      for (const test of testModule.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') counts.passed++
        else if (result.state === 'failed') counts.failed++
        else {
          counts.skipped++
          skipped.push(`  ${test.fullName}: ${(result.state === 'skipped' && result.note) || 'no reason given'}`)
        }
      }
      if (testModule.state() === 'failed' && testModule.errors().length > 0) counts.failed++
    }
    if (skipped.length > 0) console.log(`\nSkipped here:\n${skipped.join('\n')}`)
    console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  }
}
