/** How far a piece of work is: on a terminal one line that is rewritten, elsewhere a line for each stage. */
import type { ExportProgress } from '../../shared/domain/export.ts'
import { bar, duration, percent, plain, type Terminal } from './terminal.ts'

const barWidth = 24

export class StagePrinter {
  readonly #terminal: Terminal
  #last = ''

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  /** `detail`: what changes within a stage. */
  show({ stage, fraction, etaMs }: ExportProgress, detail = ''): void {
    if (this.#terminal.live) {
      const eta = etaMs === null ? '' : ` · ETA ${duration(etaMs)}`
      const text = `${bar(fraction, barWidth)} ${percent(fraction, 0).padStart(5)} · ${plain(stage)}${detail}${eta}`
      this.#terminal.write(`\r\x1b[K${text.slice(0, this.#terminal.columns - 1)}`)
    } else if (stage !== this.#last) this.#terminal.write(`${plain(stage)} …\n`)
    this.#last = stage
  }

  /** Takes the line away. */
  end(): void {
    if (this.#terminal.live) this.#terminal.write('\r\x1b[K')
  }
}
