/** Cards to be answered aloud: turn one, tick what was said, see the score, go where it can be seen. */
import { Button, Checkbox } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { useLessonProgress } from '../../state/lesson-progress.ts'
import { href } from '../../ui/route.ts'
import type { Card } from '../06-documentation/cards.ts'
import type { Evidence } from '../evidence.ts'
import { Frame } from './parts/frame.tsx'
import styles from './card-deck.module.css'

interface CardDeckProps {
  evidence: Evidence
  deck: readonly Card[]
  title: string
}

export function CardDeck({ evidence, deck, title }: CardDeckProps) {
  const [at, setAt] = useState(0)
  const card = deck[at]!
  const answered = deck.filter(({ id }) => evidence.card(id) !== null)
  return (
    <Frame
      title={title}
      hint={`${answered.length} of ${deck.length} answered`}
      provenance={null}
      summary="Say your answer before you turn the card. Tick only what you really said."
      table={{
        head: ['card', 'score'],
        rows: deck.map(({ id, question }) => [
          question,
          evidence.card(id) === null ? 'not answered' : `${Math.round(evidence.card(id)! * 100)} %`,
        ]),
      }}
    >
      <ol className={styles.index} aria-label="Cards">
        {deck.map(({ id, question }, index) => {
          const score = evidence.card(id)
          return (
            <li key={id}>
              <button
                type="button"
                className={styles.place}
                aria-current={index === at ? 'step' : undefined}
                aria-label={`Card ${index + 1}: ${question}${score === null ? '' : `, ${Math.round(score * 100)} %`}`}
                data-answered={score !== null || undefined}
                onClick={() => setAt(index)}
              >
                {score === null ? index + 1 : score === 1 ? <IconCheck size={14} aria-hidden /> : `${Math.round(score * 100)}`}
              </button>
            </li>
          )
        })}
      </ol>
      <OneCard key={card.id} card={card} number={at + 1} onNext={at + 1 < deck.length ? () => setAt(at + 1) : null} />
    </Frame>
  )
}

function OneCard({ card, number, onNext }: { card: Card; number: number; onNext: (() => void) | null }) {
  const [turned, setTurned] = useState(false)
  const [said, setSaid] = useState<readonly number[]>([])
  const { seen } = card
  const target = 'experiment' in seen ? href('learn', 'experiments', seen.experiment) : href('learn', seen.lesson, seen.step)
  return (
    <article className={styles.card}>
      <p className={styles.number}>Card {number}</p>
      <h3 className={styles.question}>{card.question}</h3>
      {!turned ? (
        <Button variant="default" onClick={() => setTurned(true)}>
          I have said my answer: turn it
        </Button>
      ) : (
        <>
          <p className={styles.ask}>Which of these did you say?</p>
          {card.points.map((point, index) => (
            <Checkbox
              key={point}
              className={styles.point}
              label={point}
              checked={said.includes(index)}
              onChange={(event) => setSaid(event.currentTarget.checked ? [...said, index] : said.filter((other) => other !== index))}
            />
          ))}
          <div className={styles.actions}>
            <Button
              size="xs"
              onClick={() => {
                void useLessonProgress.getState().score(card.id, said.length / card.points.length)
                onNext?.()
              }}
            >
              Keep this score{onNext ? ', next card' : ''}
            </Button>
            <a href={target}>See it happen</a>
          </div>
        </>
      )}
    </article>
  )
}
