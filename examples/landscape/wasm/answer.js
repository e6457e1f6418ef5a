// The one function that the module offers: a request in JSON, its answer in JSON. Joined to the script by emscripten's linker.
Module["answer"] = request => {
  const length = lengthBytesUTF8(request);
  const at = _malloc(length + 1);
  if (!at) return '{"error": "Error: out of memory"}';
  stringToUTF8(request, at, length + 1);
  const reply = UTF8ToString(_landscape_answer(at, length));
  _free(at);
  return reply;
};
