/**
 * The page of a static Space: reads what the folder says of its model, loads it, and answers as the visitor types. Texts
 * reach the page as text only, never as markup.
 */
import { AutoModelForSequenceClassification, AutoTokenizer, env, Tensor } from './transformers.js'

const here = (path) => new URL(path, document.baseURI).href
const byId = (id) => document.getElementById(id)
const headline = byId('headline')
const answer = byId('answer')
const note = byId('note')

env.allowRemoteModels = false
env.allowLocalModels = true
// A whole address would count as somebody else's.
env.localModelPath = './'
// The browser's own cache asks whether a file has changed; these would not.
env.useBrowserCache = false
env.useWasmCache = false
env.backends.onnx.wasm.wasmPaths = { wasm: here('ort-wasm-simd-threaded.wasm') }
// Threads need headers that a static host does not send.
env.backends.onnx.wasm.numThreads = 1

/** Characters that turn the direction of reading, written as what they are. */
const visible = (text) =>
  String(text).replace(
    /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

function element(name, text, ...children) {
  const made = document.createElement(name)
  if (text !== null) made.textContent = visible(text)
  made.append(...children)
  return made
}

const percent = (share) => `${(100 * share).toFixed(1)} %`
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`

function showFacts({ title, model, files }) {
  document.title = visible(title)
  byId('title').textContent = visible(title)
  const weights = files.find(({ path }) => path.endsWith('.onnx'))
  const rows = [
    ['Classes', model.labels.join(', ')],
    ['Architecture', `${model.architecture}, ${model.parameterCount.toLocaleString('en')} parameters`],
    ['Weights', `int8, ${megabytes(weights.bytes)}`],
    ['Reads', `up to ${model.maxLength} tokens`],
    ['Checkpoint', model.checkpoint ?? 'not known'],
    ['Trained by run', model.runId ?? 'not known'],
    ['Licence of its data', model.license ?? 'not known'],
  ]
  byId('facts').replaceChildren(...rows.flatMap(([name, value]) => [element('dt', name), element('dd', value)]))
}

/** Loads tokenizer and model from this folder, and tells how far that is. */
async function load() {
  const onProgress = ({ status, file, loaded, total }) => {
    if (status === 'progress' && file.endsWith('.onnx') && total > 0) note.textContent = `Loading the model: ${percent(loaded / total)}`
  }
  const tokenizer = await AutoTokenizer.from_pretrained('model')
  const options = { dtype: 'q8', device: 'wasm', progress_callback: onProgress }
  return { tokenizer, model: await AutoModelForSequenceClassification.from_pretrained('model', options) }
}

async function classify({ tokenizer, model }, { labels, maxLength }, text) {
  const began = performance.now()
  const all = tokenizer.encode(text)
  // The last token closes the text: it stays when the text is cut.
  const ids = all.length > maxLength ? [...all.slice(0, maxLength - 1), all.at(-1)] : all
  const tensor = (values) => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, ids.length])
  const { logits } = await model({ input_ids: tensor(ids), attention_mask: tensor(ids.map(() => 1)) })
  const values = Array.from(logits.data, Number)
  const largest = Math.max(...values)
  const powers = values.map((value) => Math.exp(value - largest))
  const sum = powers.reduce((total, power) => total + power, 0)
  const chances = labels.map((label, index) => ({ label, probability: powers[index] / sum }))
  return { chances, cutTokens: all.length - ids.length, ms: performance.now() - began }
}

function show({ chances, cutTokens, ms }, maxLength) {
  const best = chances.reduce((a, b) => (b.probability > a.probability ? b : a))
  const verdict = element('p', null, element('strong', best.label), `, ${percent(best.probability)}`)
  verdict.className = 'verdict'
  const bars = element(
    'ul',
    null,
    ...chances.map(({ label, probability }) => {
      const bar = document.createElement('progress')
      bar.max = 1
      bar.value = probability
      bar.setAttribute('aria-hidden', 'true')
      return element('li', null, element('span', label), bar, element('span', percent(probability)))
    }),
  )
  bars.className = 'bars'
  answer.replaceChildren(verdict, bars)
  const cut = cutTokens > 0 ? ` Cut off after ${maxLength} tokens: ${cutTokens} more were not read.` : ''
  note.textContent = `Computed here in ${ms.toFixed(1)} ms.${cut}`
}

// Before the model is there, too: what was chosen meanwhile is answered then.
for (const example of document.querySelectorAll('.examples button')) {
  example.addEventListener('click', () => {
    headline.value = example.textContent
    headline.dispatchEvent(new Event('input'))
  })
}

try {
  const facts = await (await fetch(here('space.json'))).json()
  showFacts(facts)
  note.textContent = 'Loading the model …'
  const loaded = await load()
  // The first run arranges the weights: it is not the visitor's to wait for, nor to be shown as slowness.
  await classify(loaded, facts.model, 'Markets calm ahead of talks')
  note.textContent = 'Ready.'

  /** The newest text wins: one that was typed over meanwhile is not shown. */
  let newest = 0
  const update = async () => {
    const mine = ++newest
    const text = headline.value
    if (text.trim() === '') {
      answer.replaceChildren()
      note.textContent = 'Ready.'
      return
    }
    // Lets the key that was pressed appear first.
    await new Promise((resolve) => setTimeout(resolve, 60))
    if (mine !== newest) return
    const result = await classify(loaded, facts.model, text)
    if (mine === newest) show(result, facts.model.maxLength)
  }
  const updateAndTell = () => update().catch(fail)
  headline.addEventListener('input', updateAndTell)
  document.documentElement.dataset.ready = 'true'
  if (headline.value !== '') updateAndTell()
} catch (error) {
  fail(error)
}

function fail(error) {
  console.error(error)
  note.textContent = `This page cannot answer: ${error instanceof Error ? error.message : error}. Reload it; a current browser with WebAssembly is needed.`
}
