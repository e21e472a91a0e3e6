/** What of JSON Schema the OpenAPI document uses; enough to check answers by it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  additionalProperties?: Schema | boolean;
}

/** What is wrong with a value, one line each; nothing where it is as the schema says. */
export function faults(value: unknown, schema: Schema, document: unknown, at = ''): string[] {
  if (schema.$ref) {
    const target = schema.$ref
      .slice(2)
      .split('/')
      .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document);
    return faults(value, target as Schema, document, at);
  }
  if (schema.oneOf) {
    const tried = schema.oneOf.map((option) => faults(value, option, document, at));
    return tried.some((list) => list.length === 0) ? [] : [...tried].sort((a, b) => a.length - b.length)[0]!;
  }
  if (schema.const !== undefined && value !== schema.const) return [`${at}: not ${String(schema.const)}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at}: ${String(value)} is not allowed`];
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => is(value, type))) {
    return [`${at}: ${JSON.stringify(value)?.slice(0, 60)} is not ${types.join(' or ')}`];
  }
  if (Array.isArray(value)) {
    return schema.items ? value.slice(0, 500).flatMap((item, index) => faults(item, schema.items!, document, `${at}/${index}`)) : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  const known = schema.properties ?? {};
  const fields = Object.entries(value).flatMap(([key, item]) => {
    if (known[key]) return faults(item, known[key], document, `${at}/${key}`);
    if (typeof schema.additionalProperties === 'object') {
      return faults(item, schema.additionalProperties, document, `${at}/${key}`);
    }
    return schema.properties && schema.additionalProperties !== true ? [`${at}/${key}: unknown`] : [];
  });
  const missing = (schema.required ?? []).filter((key) => !(key in value)).map((key) => `${at}/${key}: missing`);
  return [...fields, ...missing];
}

function is(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
