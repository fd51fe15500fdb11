// Writes the JSON Schema of everything that a language server may send, made from the types of the protocol's own package:
// `results`, by the method of the request answered, and `params`, by the method of the notification or request sent.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createGenerator } from 'ts-json-schema-generator';

const types = 'node_modules/vscode-languageserver-protocol/lib/common';
const text = readdirSync(types)
  .filter((file) => file.endsWith('.d.ts'))
  .map((file) => readFileSync(`${types}/${file}`, 'utf8'))
  .join('\n');

// Each message is a namespace with its method, its direction and its type.
const messages = [...text.matchAll(/export declare namespace (\w+) \{\n([\s\S]*?)\n\}/g)]
  .map(([, name, body]) => ({
    name,
    method: body.match(/const method: ['"`]([^'"`]+)/)?.[1],
    isRequest: /const type: ProtocolRequestType/.test(body),
    isNotification: /const type: ProtocolNotificationType/.test(body),
  }))
  .filter(({ method, isRequest, isNotification }) => method && (isRequest || isNotification));

const lines = (wanted, type) =>
  wanted.map(({ name, method }) => `  '${method}': ${type}<typeof p.${name}.type>;`).join('\n');
const known = new Set();
const unique = messages.filter(({ method }) => !known.has(method) && known.add(method));
writeFileSync(
  'messages.ts',
  `import * as p from 'vscode-languageserver-protocol';
type Result<T> = T extends p.RequestType<any, infer R, any> | p.RequestType0<infer R, any> ? R : never;
type Params<T> = T extends p.RequestType<infer P, any, any> | p.NotificationType<infer P> ? P : null;
export interface Messages {
  results: {
${lines(unique.filter((message) => message.isRequest), 'Result')}
  };
  params: {
${lines(unique, 'Params')}
  };
}
`,
);
const schema = createGenerator({ path: 'messages.ts', type: 'Messages', skipTypeCheck: true }).createSchema('Messages');
writeFileSync('lsp.schema.json', JSON.stringify(schema));
