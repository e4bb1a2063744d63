/** A report on paper: the PDF where the lab's host made one, else the browser's own print dialogue on the report's HTML. */
import { saveText } from './save-text.ts'

export function printReport({ fileName, pdf, html }: { fileName: string; pdf: string | null; html: string }): void {
  if (pdf === null) openPrintView(html)
  else saveText({ fileName, mediaType: 'application/pdf', text: Uint8Array.from(atob(pdf), (character) => character.charCodeAt(0)) })
}

/** In a frame that cannot run scripts; it goes when the next one comes, since no browser says when a dialogue was closed. */
function openPrintView(html: string): void {
  document.getElementById('print-view')?.remove()
  const frame = document.createElement('iframe')
  frame.id = 'print-view'
  frame.title = 'Report to print'
  frame.setAttribute('sandbox', 'allow-same-origin allow-modals')
  frame.style.cssText = 'position:fixed;width:0;height:0;border:0;visibility:hidden'
  frame.addEventListener('load', () => frame.contentWindow?.print(), { once: true })
  frame.srcdoc = html
  document.body.append(frame)
}
