/**
 * A chart of the report in the page's colours. Its markup is the lab's own, made by a template that escapes every text
 * (electron/report/escape.ts), and a page that runs own files only would run no script in it.
 */
import { useLayoutEffect, useRef } from 'react'
import styles from './report-chart.module.css'

export function ReportChart({ markup }: { markup: string }) {
  const place = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const parsed = new DOMParser().parseFromString(markup, 'text/html')
    place.current?.replaceChildren(...parsed.body.children)
  }, [markup])
  return <div ref={place} className={styles.chart} />
}
