/** What the command line says of itself; defaults come from the schema, so that they cannot drift. */
import { modelPresetNames, modelPresets } from '../../shared/domain/model-config.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import { trainFlags } from '../lab/train-flags.ts'

const usage = {
  train: ['npm run train -- [flags]', 'Trains a headline classifier on N ranks and leaves a run directory with a model folder.'],
  predict: [
    'npm run predict -- [--model DIR|RUN] [--json] "headline" …',
    'Classifies headlines, or the lines of standard input. Without --model: the newest.',
  ],
  evaluate: [
    'npm run evaluate -- [--model DIR|RUN] --data FILE|ag_news [--text-columns a,b --label-column c] [--on-bad-row skip|refuse] [--json]',
    'Accuracy with its 95 % interval, macro-F1, each class, and the confusion matrix on labelled rows.',
  ],
  benchmark: [
    'npm run benchmark -- (--ranks 1,2 | --vary microBatch=16,32 | --vary bucketCapBytes=… | --vary device=cpu,webgpu | --vary padding=packed,longest,maxLength) --out DIR [--quick] [--scaling strong|weak] [--inference] [--target-accuracy 0.8 --validations-per-epoch 4 --max-steps 500] [flags of train]',
    'Compares numbers of ranks, or values of one setting, interleaved and repeated, and writes a report in every form. With --target-accuracy repetitions train until a validation has it, at most for --max-steps, and the report has the time to it. --inference serves the trained model at the end and asks it with 1 to 16 clients. --resume ID goes on with one.',
  ],
  report: ['npm run report -- --from report.json --out DIR', 'Renders a benchmark again from its JSON.'],
  handoff: [
    'npm run handoff -- --out DIR [--run RUN | flags of train]',
    'Writes a folder with which torchrun trains the same thing: on Kaggle, on a cluster, anywhere PyTorch is.',
  ],
  remote: [
    'npm run remote -- --bundle DIR (--kaggle | --host user@host [--dir DIR] [--ranks N] [--python PATH]) [--out DIR]',
    "Trains a bundle on Kaggle's 2×T4 or over ssh, shows its log, and takes the run in. After a lost connection the same command goes on. --python is the Python there that has PyTorch, such as ~/venv/bin/python.",
  ],
  'import-run': ['npm run import-run -- --from DIR', 'Takes in what that run wrote (its folder "out"), marked as imported.'],
  'serve-model': [
    'npm run serve-model -- [--model DIR|RUN] [--port 8000] [--host 127.0.0.1] [--token SECRET] [--public]',
    'Serves a model over HTTP: /predict, /predict/batch, /health, /docs. One JSON line per request on standard output. The token may also come from DISTRINEWS_TOKEN.',
  ],
  export: [
    'npm run export -- [--run ID [--checkpoint NAME] | --model DIR] --out DIR [--format folder|tensorboard|trace] [--json]',
    'A folder that loads in transformers, transformers.js and ONNX Runtime unchanged, or the measurements of a run for TensorBoard or Perfetto.',
  ],
  space: [
    'npm run space -- (write --kind static|docker --out DIR [--model DIR|RUN] [--title TEXT] | push --folder DIR --name owner/name [--public] [--overwrite] | check --url URL [--model DIR|RUN] [--folder DIR]) [--json]',
    'A model as a Hugging Face Space: writes its folder, pushes it with HF_TOKEN (private unless --public, nothing replaced without --overwrite), asks a deployed one and compares it.',
  ],
  serve: ['npm start -- --headless [--port N]', 'Serves the lab to the browser on this machine, and to no other.'],
} as const

const dataFlags: [string, string][] = [
  ['from DIR|RUN|ID', 'a pretrained model: a folder, a run, or org/name[@revision] of the hub; 3 epochs at 2e-5, dropout its own'],
  ['data FILE|ag_news', 'CSV, TSV, JSONL or Parquet; or AG News, fetched from the hub (default: the starter headlines)'],
  ['text-columns a,b', 'columns that hold the text (default: found by name and content)'],
  ['label-column c', 'column that holds the label'],
  ['on-bad-row WHAT', 'skip or refuse (default: skip)'],
  ['out DIR', 'run directory, new or empty (default: one in the lab)'],
  ['resume RUN', 'goes on from the newest checkpoint of a run, by id or directory'],
  ['json', 'prints the result as JSON'],
]

/** Help on `command`, or on all where it is none. */
export function help(command?: string): string {
  if (command === undefined || !Object.hasOwn(usage, command)) {
    return ['DistriNews Lab', ...Object.values(usage).map(([line, what]) => `\n  ${line}\n      ${what}`)].join('\n')
  }
  const [line, what] = usage[command as keyof typeof usage]
  return [line, '', what, ...(command === 'train' ? ['', ...trainHelp()] : [])].join('\n')
}

function trainHelp(): string[] {
  const defaults = runConfigSchema.parse({})
  const flags = Object.entries(trainFlags).map(([flag, { field, kind, help: what }]): [string, string] => {
    const value = field in modelPresets.tiny.recipe ? ofEachModel(field as RecipeField) : defaults[field]
    return [
      kind === 'switch' ? flag : `${flag} ${kind === 'number' ? 'N' : 'NAME'}`,
      value === undefined || value === '' || value === false ? what : `${what} (default: ${value})`,
    ]
  })
  return [...flags, ...dataFlags].map(([flag, what]) => `  --${flag.padEnd(20)} ${what}`)
}

type RecipeField = keyof (typeof modelPresets)['tiny']['recipe']

/** '6 for tiny, 3 for small, …' */
const ofEachModel = (field: RecipeField): string =>
  modelPresetNames.map((name) => `${modelPresets[name].recipe[field]} for ${name}`).join(', ')
