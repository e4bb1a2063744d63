/**
 * Closes the test run with what was skipped, each reason with the names of those that it keeps from running, and one plain
 * line of counts.
 */
import type { Reporter, TestModule } from 'vitest/node'

export default class SummaryReporter implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    const skipped = new Map<string, string[]>()
    for (const testModule of testModules) {
      for (const test of testModule.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') counts.passed++
        else if (result.state === 'failed') counts.failed++
        else {
          counts.skipped++
          const reason = (result.state === 'skipped' && result.note) || 'no reason given'
          skipped.set(reason, [...(skipped.get(reason) ?? []), test.fullName])
        }
      }
      if (testModule.state() === 'failed' && testModule.errors().length > 0) counts.failed++
    }
    if (skipped.size > 0) console.log('\nSkipped here:')
    for (const [reason, names] of skipped) console.log(`  ${reason}:\n${names.map((name) => `    ${name}`).join('\n')}`)
    console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  }
}
