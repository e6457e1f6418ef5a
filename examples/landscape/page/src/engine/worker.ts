// Runs in the worker, below the engine's script: one question at a time, an answer for each. The script defines the factory of an
// emscripten module that answers a JSON text with a JSON text.
interface Engine { answer: (request: string) => string }
declare const createLandscape: () => Promise<Engine>;

const engine = createLandscape();

onmessage = async ({ data }: MessageEvent<{ id: number; text: string }>) => {
  const { answer } = await engine;
  postMessage({ id: data.id, text: answer(data.text) });
};
