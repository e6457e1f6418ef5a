// The engine (gradus, compiled to WebAssembly) in a worker, so that a long run never holds up a frame.
//   const answer = await ask<RunAnswer>({ask: "run", …});       // throws EngineError with gradus' own text
import { unpack } from "../packed";

export class EngineError extends Error {}

interface Reply { id: number; text: string }

const waiting = new Map<number, { resolve: (text: string) => void; reject: (error: Error) => void }>();
let worker: Promise<Worker> | null = null;
let last = 0;

async function start(): Promise<Worker> {
  const blob = new Blob([await unpack("engine"), "\n", await unpack("engine-worker")], { type: "text/javascript" });
  const started = new Worker(URL.createObjectURL(blob));
  started.onmessage = ({ data }: MessageEvent<Reply>) => {
    waiting.get(data.id)?.resolve(data.text);
    waiting.delete(data.id);
  };
  started.onerror = event => {
    for (const { reject } of waiting.values()) reject(new EngineError(`The engine did not start: ${event.message}`));
    waiting.clear();
  };
  return started;
}

export const hasEngine = (): boolean => document.getElementById("engine")!.textContent !== "";

export async function ask<Answer>(request: object): Promise<Answer> {
  worker ??= start();
  const place = await worker, id = ++last;
  const text = await new Promise<string>((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    place.postMessage({ id, text: JSON.stringify(request) });
  });
  const answer = JSON.parse(text);
  if (answer.error) throw new EngineError(answer.error);
  return answer as Answer;
}
