/** `report`: renders a benchmark again from its JSON, in every form. */
import { resolve } from 'node:path'
import { readBenchmark } from '../benchmark/files.ts'
import { printReportFolder } from '../benchmark/report-pdf.ts'
import { writeReportFolder } from '../benchmark/report-folder.ts'
import { argumentInvalid, readArguments, refusePositionals } from './arguments.ts'

export async function report(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv, { from: 'text', out: 'text' })
  refusePositionals(given)
  const [from, out] = [given.values.get('from'), given.values.get('out')]
  if (from === undefined || out === undefined)
    throw argumentInvalid('--from and --out are needed', 'A report.json, and a folder for the renderings.')
  const folder = await writeReportFolder(resolve(out), await readBenchmark(resolve(from)))
  console.log(folder)
  console.log(await printReportFolder(folder))
  return 0
}
