/**
 * README.md of a Space. Its head is YAML, by which the hub knows how to run it; whatever comes from outside goes into it as
 * a JSON string, which is a YAML string, and into the text through the report's escapes.
 */
import type { SpaceFacts } from '../../shared/domain/space.ts'
import { licenseLines, yaml } from '../export/front-matter.ts'
import { markdownBlock, markdownText } from '../report/escape.ts'
import { formatCount } from '../report/format.ts'

type About = Omit<SpaceFacts, 'files'>

const heads: Record<SpaceFacts['kind'], readonly string[]> = {
  static: ['sdk: static', 'app_file: index.html'],
  docker: ['sdk: docker', 'app_port: 7860'],
}

export function renderSpaceReadme(facts: About): string {
  const { kind, title, model } = facts
  const head = [
    '---',
    `title: ${yaml(title)}`,
    'emoji: 📰',
    'colorFrom: green',
    'colorTo: blue',
    ...heads[kind],
    'pinned: false',
    ...licenseLines(model.license),
    'short_description: Classifies news headlines',
    'tags:',
    '- text-classification',
    '---',
  ]
  const blocks = [
    head.join('\n'),
    `# ${markdownText(title)}`,
    `Names the class of a news headline: ${model.labels.map(markdownText).join(', ')}. Made with DistriNews Lab${model.runId === null ? '' : ` by run ${markdownText(model.runId)}`}${model.checkpoint === null ? '' : `, checkpoint ${markdownText(model.checkpoint)}`}: ${markdownText(model.architecture)}, ${formatCount(model.parameterCount)} parameters, up to ${formatCount(model.maxLength)} tokens.`,
    ...(kind === 'static' ? staticBlocks : dockerBlocks),
    model.license === null
      ? 'The licence of the training data is not known to the lab: settle it before this is made public.'
      : `The training data is under ${markdownText(model.license)}.`,
  ]
  return `${blocks.join('\n\n')}\n`
}

const staticBlocks = [
  'The model answers in the browser of whoever looks at the page, in int8, through transformers.js and ONNX Runtime, both of which lie in this folder: no other host is asked, and nothing that is typed leaves the device. Any static host can serve it:',
  markdownBlock('python3 -m http.server 8080 --bind 127.0.0.1', 'sh'),
]

const dockerBlocks = [
  'An HTTP API: `POST /predict` with `{"text": "…"}`, `POST /predict/batch` with `{"texts": ["…", "…"]}`, `GET /health`, and `/docs`. Code and weights lie in this folder; nothing is downloaded when it starts. It runs on x86-64, as user 1000, at port 7860:',
  markdownBlock('docker build -t headlines .\ndocker run --rm -p 127.0.0.1:7860:7860 headlines', 'sh'),
  markdownBlock(
    `curl http://127.0.0.1:7860/predict -H 'Content-Type: application/json' -d '{"text": "Oil prices jump after a pipeline is attacked"}'`,
    'sh',
  ),
]
