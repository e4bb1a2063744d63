/** What a person types to do by hand what the page does: try a Space, push it without the lab, or do all on the command line. Pure. */
import { shellQuoted } from '../../../shared/domain/shell-quote.ts'
import type { SpaceFolder, SpaceKind } from '../../../shared/domain/space.ts'

export interface Titled {
  title: string
  command: string
}

/** Where the hub is for whoever has not said otherwise. */
const hub = 'https://huggingface.co'

/** Stands where the person's own account is not known. */
export const unknownOwner = 'YOUR_NAME'

export function tryCommands({ path, facts }: SpaceFolder): Titled[] {
  const folder = shellQuoted(path)
  if (facts.kind === 'static')
    return [
      { title: 'Serve it, then open http://127.0.0.1:8080', command: `python3 -m http.server 8080 --bind 127.0.0.1 --directory ${folder}` },
    ]
  return [
    {
      title: 'As the hub does it, then open http://127.0.0.1:7860/docs',
      command: `docker build -t headlines ${folder}\ndocker run --rm -p 127.0.0.1:7860:7860 headlines`,
    },
    { title: 'Or without Docker, on Linux with x86-64', command: `PORT=7860 node ${shellQuoted(`${path}/server/server.js`)}` },
  ]
}

/** Three ways that need nothing of the lab but the folder; each asks for the token itself. */
export function pushByHand({ path, facts: { kind } }: SpaceFolder, name: string, isPrivate: boolean): Titled[] {
  const folder = shellQuoted(path)
  return [
    {
      title: 'With the hub’s own program',
      command: [
        'pip install -U huggingface_hub',
        'hf auth login',
        `hf repo create ${name} --repo-type space --space-sdk ${kind}${isPrivate ? ' --private' : ''}`,
        `hf upload ${name} ${folder} . --repo-type space`,
      ].join('\n'),
    },
    {
      title: `Or with git, once you have made the Space at ${hub}/new-space (SDK: ${sdkOnTheHub[kind]})`,
      command: [
        'git lfs install',
        `git clone ${hub}/spaces/${name} space`,
        `cp -r ${folder}/. space/`,
        'cd space && git lfs track "*.onnx" "*.wasm" "*.safetensors" "*.node" "*.so*"',
        'git add -A && git commit -m "A classifier of headlines" && git push',
      ].join('\n'),
    },
  ]
}

const sdkOnTheHub: Record<SpaceKind, string> = { static: 'Static', docker: 'Docker, blank' }

/** The token is read without an echo, so that it stays out of the shell's history. */
export const withToken: readonly Titled[] = [
  { title: 'Linux, macOS: paste the token, press Enter', command: 'read -rs HF_TOKEN && export HF_TOKEN && npm start' },
  { title: 'Windows, PowerShell 7', command: "$env:HF_TOKEN = Read-Host 'Token' -MaskInput; npm start" },
]
export const newTokenUrl = `${hub}/settings/tokens/new?tokenType=write`

export const spacePage = (endpoint: string | null, name: string): string => `${endpoint ?? hub}/spaces/${name}`

interface OnCommandLine {
  modelDirectory: string
  kind: SpaceKind
  title: string
  folderPath: string
  name: string
  isPrivate: boolean
}

/** Where the chosen weights lie: a run keeps its checkpoints beside its model. */
export const weightsDirectory = (modelDirectory: string, checkpoint: string | null): string =>
  checkpoint === null
    ? modelDirectory
    : modelDirectory.replace(/[^/\\]+$/, (_last, at: number) => `checkpoints${modelDirectory[at - 1] ?? '/'}${checkpoint}`)

/** The same work on the command line. */
export function onCommandLine({ modelDirectory, kind, title, folderPath, name, isPrivate }: OnCommandLine): Titled[] {
  const [model, folder] = [shellQuoted(modelDirectory), shellQuoted(folderPath)]
  return [
    {
      title: 'Write',
      command: `npm run space -- write --kind ${kind} --model ${model} --title ${shellQuoted(title)} --out ${folder}`,
    },
    { title: 'Push', command: `npm run space -- push --folder ${folder} --name ${name}${isPrivate ? '' : ' --public'}` },
    {
      title: 'Check',
      command: `npm run space -- check --url ${hub}/spaces/${name} --folder ${folder}`,
    },
  ]
}
