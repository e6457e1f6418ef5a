// What is large lies in the page as gzip in base64: the engine, the view in space, the chapters' data.
export async function unpack(id: string): Promise<string> {
  const text = document.getElementById(id)?.textContent?.trim();
  if (!text) return "";
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}
