/** The code of a step: what this lab runs, and beside it the lines that do the same in PyTorch. */
import { torchOf } from '../../lessons/prose.ts'
import type { CodeRegion } from '../../lessons/code-region.ts'
import type { Step } from '../../lessons/lesson.ts'
import { asLines, CodeBlock } from './code-block.tsx'
import type { Language } from './code-text.ts'
import styles from './code-panel.module.css'

export function CodePanel({ step }: { step: Step }) {
  const torch = torchOf(step.id)
  // PyTorch's side is a few lines of its own, or the lab's own Python where it has some.
  const python = step.code.filter(({ path }) => path.endsWith('.py'))
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        {step.code
          .filter((region) => !python.includes(region))
          .map((region) => (
            <Region key={region.name} title="This lab" language="typescript" region={region} />
          ))}
      </div>
      {(torch !== null || python.length > 0) && (
        <div className={styles.column}>
          {torch !== null && <CodeBlock title="The same in PyTorch" from="PyTorch" language="python" lines={asLines(torch)} />}
          {python.map((region) => (
            <Region key={region.name} title="The bundle" language="python" region={region} />
          ))}
        </div>
      )}
    </div>
  )
}

function Region({ title, language, region: { path, line, text } }: { title: string; language: Language; region: CodeRegion }) {
  return <CodeBlock title={title} from={`${path}, line ${line}`} language={language} lines={asLines(text)} firstLine={line} />
}
