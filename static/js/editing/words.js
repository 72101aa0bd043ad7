/* What can be written, offered at the beginning of a line that begins with ::: and, within a line, after a bracket. */
import { snippetCompletion } from "@codemirror/autocomplete";

/** A source of completions from the server's description of the dialect. */
export function offerWords({ directives, roles = [] }) {
  const blocks = directives.map((word) => snippetCompletion(number(word.snippet), { label: `::: ${word.name}`, detail: "", info: word.says || undefined, type: "keyword" }));
  const inline = roles.map((word) => snippetCompletion(number(word.snippet), { label: word.example ?? word.name, info: word.says || undefined, type: "text" }));
  return (context) => {
    const directive = context.matchBefore(/^:::? ?[a-z]*|^:{1,3}/);
    if (directive) return { from: directive.from, options: blocks, validFor: /^:* ?[a-z]*$/ };
    const bracket = context.matchBefore(/\[$/);
    return bracket && inline.length ? { from: bracket.from, options: inline, validFor: /^\[[^\]]*$/ } : null;
  };
}

/* CodeMirror reads ${1} as a place without words; numbered, the words are kept. */
function number(snippet) {
  let at = 0;
  return snippet.replace(/\$\{([^}]*)\}/g, (_, words) => `\${${(at += 1)}:${words}}`);
}
