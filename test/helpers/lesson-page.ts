/** What the browser tests of the lessons ask of the page: the verdict of a step, whether the step fits, whether the focus is seen. */
import type { Page } from 'playwright'

/** A program of a lesson, or a whole run, at most. */
export const runMs = 120_000

export const verdict = (page: Page) => page.getByRole('status').filter({ hasText: /^(Met|Not met): / })

/** What has the focus, and whether that can be seen: an outline, or a change of the frame around it. */
export const focusIsVisible = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!(element instanceof HTMLElement) || element === document.body) return false
    const style = getComputedStyle(element)
    const label = element.nextElementSibling
    const outlined = (of: Element | null): boolean =>
      of !== null && getComputedStyle(of).outlineStyle !== 'none' && parseFloat(getComputedStyle(of).outlineWidth) >= 1
    return style.outlineStyle !== 'none' ? parseFloat(style.outlineWidth) >= 1 : outlined(label) || style.borderColor !== style.color
  })

/** The step fits the window: nothing of it has to be scrolled into view. */
export const overflow = (page: Page): Promise<number> =>
  page.getByRole('region', { name: /^The (step|experiment)$/ }).evaluate((element) => element.scrollHeight - element.clientHeight)
