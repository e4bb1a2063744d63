/** The code of a step: what this lab runs, and beside it the lines that do the same in PyTorch. */
import { torchOf } from '../../lessons/prose.ts'
import type { Step } from '../../lessons/lesson.ts'
import { asLines, CodeBlock } from './code-block.tsx'
import styles from './code-panel.module.css'

export function CodePanel({ step }: { step: Step }) {
  const torch = torchOf(step.id)
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        {step.code.map((region) => (
          <CodeBlock
            key={`${region.path}#${region.name}`}
            title="This lab"
            from={`${region.path}, line ${region.line}`}
            language="typescript"
            lines={asLines(region.text)}
            firstLine={region.line}
          />
        ))}
      </div>
      {torch !== null && (
        <div className={styles.column}>
          <CodeBlock title="The same in PyTorch" from="PyTorch" language="python" lines={asLines(torch)} />
        </div>
      )}
    </div>
  )
}
