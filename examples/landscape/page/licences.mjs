// Which npm packages a bundle took in, and the licence of each.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const licenceFile = /^licen[cs]e/i;

export function embedded(root, inputs) {
  const names = new Set(inputs.map(file => file.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean));
  return [...names].sort().map(name => {
    const folder = join(root, "node_modules", name), { version, license, author, homepage } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = existsSync(folder) && readdirSync(folder).find(entry => licenceFile.test(entry));
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
    return { name, version, licence: license, holder: typeof author === "string" ? author : author?.name ?? "", homepage: homepage ?? "", text };
  });
}

const escape = text => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

export function licencesHtml(packages) {
  return packages.map(({ name, version, licence, text }) =>
    `<details><summary>${escape(name)} ${escape(version)}: ${escape(licence)}</summary><pre tabindex="0">${escape(text)}</pre></details>`).join("\n");
}

export function licencesText(packages) {
  return `# What the built page embeds\n\nWritten by \`node build.mjs --licences LICENCES.md\`.\n\n` +
    packages.map(({ name, version, licence, text }) => `## ${name} ${version} (${licence})\n\n${text.split("\n").map(line => `    ${line}`.trimEnd()).join("\n")}\n`).join("\n");
}
