/**
 * README.md of an export: the model card, made of the run's own facts. The head is YAML as the Hugging Face Hub reads it;
 * whatever comes from outside goes into it as a JSON string and into the text through the report's escapes.
 */
import { basename } from 'node:path'
import type { ExportFacts, Precision } from '../../shared/domain/export.ts'
import type { RunReport } from '../../shared/domain/report.ts'
import { classTable, configurationFacts, dataFacts, modelFacts } from '../report/conditions.ts'
import { markdownBlock, markdownText } from '../report/escape.ts'
import { formatBytes, formatCount, formatDecimal, formatInterval, formatMs, formatPercent, missing } from '../report/format.ts'
import { facts as factTable, table } from '../report/markdown-parts.ts'
import { epochTable, ranksInWords, titleOf } from '../report/results.ts'
import { licenseLines, yaml } from './front-matter.ts'

export interface ModelCard {
  facts: ExportFacts
  /** Null where no run of the lab is known. */
  report: RunReport | null
  /** Name of the folder. */
  folderName: string
}

const precisionTitles: Record<Precision, string> = {
  fp32: 'float32',
  fp16: 'float16: half the size, for devices that compute in it',
  int8: 'int8, rounded as it runs: a quarter of the size',
}

/** transformers.js' words for them. */
const dtypes: Record<Precision, string> = { fp32: 'fp32', fp16: 'fp16', int8: 'q8' }

export function renderModelCard(card: ModelCard): string {
  const { facts, report } = card
  const title = report ? titleOf(report) : card.folderName
  const blocks = [
    frontMatter(card, title),
    `# ${markdownText(title)}`,
    introduction(card),
    '## The files, measured',
    table(measurementTable(facts)),
    `Measured when the files were written, on ${markdownText(facts.rows)} (${formatCount(facts.rowCount)} rows), with ${formatCount(facts.threads)} threads of ${markdownText(facts.cpuModel)}. Intervals are 95 % Wilson intervals. The distance is the largest difference between a logit of the file and the one that the training engine computes; agreement is the share of rows for which both name the same class. The time is that of one headline without padding. On a CPU float16 is computed in float32 after all: its file is for GPUs and for its size.`,
    ...(report ? runBlocks(report) : []),
    '## How to use it',
    ...usage(card),
    '## Limits',
    limits(card),
  ]
  return `${blocks.join('\n\n')}\n`
}

function introduction({ facts, report }: ModelCard): string {
  const classes = facts.labels.map(markdownText).join(', ')
  const made = report
    ? `Trained with DistriNews Lab on ${ranksInWords(report.record.config.worldSize)} by data-parallel training (run ${markdownText(report.record.id)}).`
    : 'Exported with DistriNews Lab. Which run trained it is not known.'
  const weights = facts.checkpoint === null ? '' : ` The weights are those of checkpoint ${markdownText(facts.checkpoint)}.`
  return `A text classifier with ${formatCount(facts.parameterCount)} parameters (${markdownText(facts.architecture)}) for the classes ${classes}. ${made}${weights} It reads up to ${formatCount(facts.maxLength)} tokens.`
}

const measurementTable = ({ measurements }: ExportFacts) => ({
  columns: ['File', 'Numbers', 'Size', 'Accuracy', '95 % interval', 'Agreement', 'Largest distance', 'p50', 'p95'],
  textColumns: [1],
  rows: measurements.map(({ precision, file, bytes, quality, agreement, largestLogitDifference, latencyMs }) => [
    file,
    precisionTitles[precision],
    formatBytes(bytes),
    formatPercent(quality?.accuracy),
    formatInterval(quality?.accuracyInterval ?? null),
    formatPercent(agreement),
    formatDecimal(largestLogitDifference, 6),
    formatMs(latencyMs.p50),
    formatMs(latencyMs.p95),
  ]),
})

const runBlocks = (report: RunReport): string[] => [
  '## Training',
  table(epochTable(report)),
  factTable(configurationFacts(report)),
  markdownBlock(commandOf(report), 'sh'),
  '## Data',
  factTable(dataFacts(report).filter(({ label }) => label !== 'Source')),
  table(classTable(report)),
  '## Model',
  factTable(modelFacts(report)),
]

/** Where a file lies on somebody's disk is nobody else's business. */
function commandOf({ record: { command, config } }: RunReport): string {
  return config.data.kind === 'csv' ? command.replaceAll(config.data.path, basename(config.data.path)) : command
}

const example = 'Oil prices jump after a pipeline is attacked'

function usage({ folderName }: ModelCard): string[] {
  const name = JSON.stringify(folderName)
  const path = JSON.stringify(`./${folderName}`)
  const headline = JSON.stringify(example)
  return [
    'In Python, with transformers:',
    markdownBlock(
      `from transformers import pipeline\n\nclassify = pipeline("text-classification", model=${path})\nprint(classify(${headline}, truncation=True))`,
      'python',
    ),
    `In JavaScript, in Node or in a page, with transformers.js. \`dtype\` is ${Object.values(dtypes)
      .map((dtype) => `\`${dtype}\``)
      .join(', ')}:`,
    markdownBlock(
      `import { env, pipeline } from '@huggingface/transformers'\n\nenv.allowRemoteModels = false\nenv.localModelPath = './' // the folder that holds this one\nconst classify = await pipeline('text-classification', ${name}, { dtype: 'q8' })\nconsole.log(await classify(${headline}))`,
      'js',
    ),
    'With curl, once the folder is a repository of yours on the Hugging Face Hub and an inference provider serves it:',
    markdownBlock(
      `curl https://router.huggingface.co/hf-inference/models/OWNER/NAME \\\n  -H "Authorization: Bearer $HF_TOKEN" -H 'Content-Type: application/json' \\\n  -d '{"inputs": ${headline}}'`,
      'sh',
    ),
    'With ONNX Runtime in any language: inputs `input_ids` and `attention_mask`, int64 [batch, sequence]; output `logits`, float32 [batch, labels].',
  ]
}

// region limits
function limits({ facts, report }: ModelCard): string {
  const license = report?.record.dataset?.license ?? null
  const sentences = [
    `It knows ${formatCount(facts.labels.length)} classes and answers with one of them, whatever the text is about.`,
    `Text beyond ${formatCount(facts.maxLength)} tokens is cut off; transformers.js cuts off the closing [SEP] with it, the others do not.`,
    ...(facts.measurements.some(({ quality }) => quality !== null)
      ? ['Accuracy was measured on rows of the same source as the training rows; on other texts it may be lower.']
      : ['No accuracy was measured: the rows that the model has not seen were not at hand.']),
    ...(license === null
      ? ['The licence of the training data is not known to the lab: settle it before the model is passed on.']
      : [`The training data is under ${license}.`]),
    ...(report?.caveats ?? []),
  ]
  return sentences.map((sentence) => `- ${markdownText(sentence)}`).join('\n')
}
// endregion

// region front-matter
function frontMatter({ facts, report }: ModelCard, title: string): string {
  const license = report?.record.dataset?.license ?? null
  const quality = facts.measurements.find(({ precision }) => precision === 'fp32')?.quality
  const lines = [
    '---',
    ...licenseLines(license),
    'library_name: transformers',
    'pipeline_tag: text-classification',
    'tags:',
    ...['text-classification', facts.architecture, 'onnx', 'transformers.js', 'distributed-training'].map((tag) => `- ${yaml(tag)}`),
    'metrics:',
    '- accuracy',
    '- f1',
    ...(quality && report
      ? [
          'model-index:',
          `- name: ${yaml(title)}`,
          '  results:',
          '  - task:',
          '      type: text-classification',
          '    dataset:',
          `      name: ${yaml(report.record.dataset?.title ?? missing)}`,
          `      type: ${yaml(report.record.dataset?.id ?? missing)}`,
          '      split: validation',
          '    metrics:',
          '    - type: accuracy',
          `      value: ${quality.accuracy}`,
          '    - type: f1',
          '      name: macro-F1',
          `      value: ${quality.macroF1}`,
        ]
      : []),
    '---',
  ]
  return lines.join('\n')
}
// endregion
