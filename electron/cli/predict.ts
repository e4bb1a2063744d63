/** `predict`: classifies headlines from the arguments, or from standard input, one per line. */
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import type { Classification } from '../inference/load.ts'
import { loadModel } from '../inference/load.ts'
import { argumentInvalid, readArguments } from './arguments.ts'
import { locateModel } from './model-location.ts'
import { bar, bold, count, dim, percent, plain } from './terminal.ts'

const barWidth = 30

export async function predict(argv: readonly string[]): Promise<number> {
  const { values, switches, positionals } = readArguments(argv, { model: 'text', json: 'switch' })
  if (positionals.length === 0 && process.stdin.isTTY) {
    throw argumentInvalid(
      'No headline was given',
      'There is nothing to classify.',
      'Try: npm run predict -- "Oil prices jump after a pipeline is attacked"',
    )
  }
  const directory = await locateModel(values.get('model'))
  const model = await loadModel(directory, { threads: availableParallelism() })
  try {
    for await (const headline of positionals.length > 0 ? positionals : lines()) {
      const prediction = await model.classify(headline)
      if (switches.has('json')) console.log(JSON.stringify({ model: directory, ...prediction }))
      else console.log(`${describe(prediction)}\n`)
    }
  } finally {
    model.dispose()
  }
  if (!switches.has('json')) console.log(dim(`answered by ${directory}`))
  return 0
}

function describe({ text, label, probabilities, tokens, truncatedTokens, maxLength, latencyMs }: Classification): string {
  const width = Math.max(...probabilities.map((entry) => plain(entry.label).length))
  const tokenCount = tokens.filter((token) => token.kind !== 'pad').length
  return [
    bold(plain(text)),
    ...probabilities.map((entry) => {
      const line = `  ${plain(entry.label).padEnd(width)}  ${bar(entry.probability, barWidth)} ${percent(entry.probability).padStart(7)}`
      return entry.label === label ? bold(line) : line
    }),
    dim(`  ${latencyMs.toFixed(1)} ms measured · ${tokenCount} tokens`),
    ...(truncatedTokens.length === 0
      ? []
      : [
          `  note: only the first ${maxLength} tokens were read; ${count(truncatedTokens.length)} fell off, from "${plain(truncatedTokens[0]!)}" on`,
        ]),
  ].join('\n')
}

/** Lines of standard input that are not empty. */
async function* lines(): AsyncGenerator<string> {
  for await (const line of createInterface({ input: process.stdin })) if (line.trim() !== '') yield line
}
