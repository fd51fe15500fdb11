//! Schemas by hand, one for each keyword or form that is hard to make values of.

use serde_json::{Value as Json, json};

#[allow(clippy::too_many_lines, reason = "it is a table")]
pub(crate) fn schemas() -> Vec<(&'static str, Json)> {
    vec![
        (
            "ref recursion",
            json!({"$defs": {"node": {"type":"object","properties":{"v":{"type":"integer"},"kids":{"type":"array","items":{"$ref":"#/$defs/node"}}},"required":["v"],"additionalProperties":false}}, "$ref":"#/$defs/node"}),
        ),
        (
            "mutual",
            json!({"$defs":{"a":{"type":"object","properties":{"b":{"$ref":"#/$defs/b"}},"required":["b"]},"b":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"}),
        ),
        (
            "oneOf",
            json!({"oneOf":[{"type":"object","properties":{"kind":{"const":"a"},"x":{"type":"number"}},"required":["kind","x"]},{"type":"object","properties":{"kind":{"const":"b"},"y":{"type":"string"}},"required":["kind","y"]}]}),
        ),
        (
            "oneOf overlapping",
            json!({"oneOf":[{"type":"integer","multipleOf":3},{"type":"integer","multipleOf":5}]}),
        ),
        ("not", json!({"type":"string","not":{"enum":["a","b",""]}})),
        ("not type", json!({"not":{"type":["string","object"]}})),
        (
            "ifthenelse",
            json!({"type":"object","properties":{"country":{"enum":["DE","US"]},"zip":{"type":"string"}},"required":["country","zip"],"if":{"properties":{"country":{"const":"US"}}},"then":{"properties":{"zip":{"pattern":"^[0-9]{5}(-[0-9]{4})?$"}}},"else":{"properties":{"zip":{"pattern":"^D-[0-9]{5}$"}}}}),
        ),
        (
            "contains",
            json!({"type":"array","contains":{"type":"integer","minimum":10},"minContains":2,"maxContains":3,"maxItems":6}),
        ),
        (
            "unique",
            json!({"type":"array","uniqueItems":true,"items":{"type":"object","properties":{"id":{"type":"integer","minimum":1,"maximum":3}},"required":["id"],"additionalProperties":false},"minItems":3}),
        ),
        (
            "unique bool",
            json!({"type":"array","uniqueItems":true,"items":{"type":"boolean"},"minItems":2}),
        ),
        (
            "unevaluatedItems",
            json!({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"minItems":2,"unevaluatedItems":false}),
        ),
        (
            "unevaluatedProperties",
            json!({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","allOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"b":{"type":"string"}},"required":["b"]}],"unevaluatedProperties":false}),
        ),
        (
            "patternProperties",
            json!({"type":"object","patternProperties":{"^x-[a-z]+$":{"type":"integer"},"_id$":{"type":"string","format":"uuid"}},"additionalProperties":false,"minProperties":2}),
        ),
        (
            "dependentRequired",
            json!({"type":"object","properties":{"card":{"type":"string","minLength":1},"billing":{"type":"string"}},"dependentRequired":{"card":["billing"]},"minProperties":1}),
        ),
        (
            "dependentSchemas",
            json!({"type":"object","properties":{"card":{"type":"string"}},"dependentSchemas":{"card":{"required":["cvc"],"properties":{"cvc":{"pattern":"^[0-9]{3}$","type":"string"}}}}}),
        ),
        (
            "dependencies7",
            json!({"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"a":{"type":"string"}},"dependencies":{"a":["b"],"b":{"properties":{"c":{"type":"integer"}},"required":["c"]}}}),
        ),
        (
            "propertyNames",
            json!({"type":"object","propertyNames":{"pattern":"^[a-z]{2,4}$","not":{"const":"bad"}},"additionalProperties":{"type":"integer"},"minProperties":2}),
        ),
        (
            "multipleOf",
            json!({"type":"number","multipleOf":0.01,"minimum":0,"maximum":99.99}),
        ),
        (
            "multipleOf big",
            json!({"type":"integer","multipleOf":7,"exclusiveMinimum":1e15,"maximum":1.0000000000001e15}),
        ),
        ("email", json!({"type":"string","format":"email","maxLength":20})),
        ("date-time", json!({"type":"string","format":"date-time"})),
        ("date", json!({"type":"string","format":"date"})),
        ("time", json!({"type":"string","format":"time"})),
        ("duration", json!({"type":"string","format":"duration"})),
        ("uuid", json!({"type":"string","format":"uuid"})),
        (
            "uri",
            json!({"type":"string","format":"uri","pattern":"^https://"}),
        ),
        ("iri", json!({"type":"string","format":"iri"})),
        ("ipv4", json!({"type":"string","format":"ipv4"})),
        ("ipv6", json!({"type":"string","format":"ipv6"})),
        ("hostname", json!({"type":"string","format":"hostname"})),
        ("json-pointer", json!({"type":"string","format":"json-pointer"})),
        ("regex", json!({"type":"string","format":"regex"})),
        (
            "unknown format",
            json!({"type":"string","format":"phone-number","minLength":3}),
        ),
        (
            "format+len",
            json!({"type":"string","format":"email","minLength":40,"maxLength":60}),
        ),
        (
            "uuid v4 pattern",
            json!({"type":"string","format":"uuid","pattern":"^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$"}),
        ),
        (
            "zod email",
            json!({"type":"string","format":"email","pattern":"^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$"}),
        ),
        (
            "zod datetime",
            json!({"type":"string","format":"date-time","pattern":"^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))T(?:(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d+)?)?(?:Z))$"}),
        ),
        (
            "lookahead password",
            json!({"type":"string","pattern":"^(?=.*[A-Z])(?=.*[0-9])(?=.*[^A-Za-z0-9]).{8,32}$"}),
        ),
        (
            "neg lookahead",
            json!({"type":"string","pattern":"^(?!admin$)[a-z]{3,8}$"}),
        ),
        (
            "unicode class",
            json!({"type":"string","pattern":"^\\p{Lu}\\p{L}{1,10}$"}),
        ),
        (
            "unicode script",
            json!({"type":"string","pattern":"^\\p{Script=Greek}+$"}),
        ),
        (
            "no anchors",
            json!({"type":"string","pattern":"[0-9]{3}","minLength":5,"maxLength":6}),
        ),
        (
            "alternation",
            json!({"type":"string","pattern":"^(foo|bar)(-\\d+)?$|^none$"}),
        ),
        (
            "slug",
            json!({"type":"string","pattern":"^[a-z0-9]+(?:-[a-z0-9]+)*$","minLength":3,"maxLength":30}),
        ),
        ("word boundary", json!({"type":"string","pattern":"\\bfoo\\b"})),
        (
            "big ints",
            json!({"type":"integer","minimum":-9007199254740991i64,"maximum":9007199254740991i64}),
        ),
        (
            "i64 ",
            json!({"type":"integer","minimum":i64::MIN,"maximum":i64::MAX}),
        ),
        (
            "u64",
            json!({"type":"integer","minimum":9223372036854775808u64,"maximum":18446744073709551615u64}),
        ),
        (
            "huge double",
            json!({"type":"number","minimum":1e300,"maximum":1.7e308}),
        ),
        (
            "tiny",
            json!({"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1e-9}),
        ),
        (
            "minmax props",
            json!({"type":"object","minProperties":3,"maxProperties":3,"additionalProperties":{"type":"boolean"}}),
        ),
        (
            "allOf",
            json!({"allOf":[{"type":"object","properties":{"a":{"type":"integer","minimum":3}},"required":["a"]},{"properties":{"a":{"maximum":5}}},{"required":["b"]}]}),
        ),
        (
            "anyOf req",
            json!({"type":"object","properties":{"email":{"type":"string","format":"email"},"phone":{"type":"string","pattern":"^\\+[1-9]\\d{6,14}$"}},"anyOf":[{"required":["email"]},{"required":["phone"]}],"additionalProperties":false}),
        ),
        ("enum mix", json!({"enum":[1,"a",null,[],{}]})),
        (
            "tuple7",
            json!({"$schema":"http://json-schema.org/draft-07/schema#","type":"array","items":[{"type":"string"},{"type":"number"}],"additionalItems":{"type":"boolean"},"minItems":4}),
        ),
        (
            "dynamicRef",
            json!({"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://a.test/tree","$dynamicAnchor":"node","type":"object","properties":{"data":true,"children":{"type":"array","items":{"$dynamicRef":"#node"}}}}),
        ),
        (
            "anchors",
            json!({"$defs":{"x":{"$anchor":"here","type":"integer","minimum":2}},"type":"array","items":{"$ref":"#here"},"minItems":1}),
        ),
        (
            "ref siblings",
            json!({"$defs":{"s":{"type":"string"}},"$ref":"#/$defs/s","minLength":3,"maxLength":5}),
        ),
        (
            "contentEncoding",
            json!({"type":"string","contentEncoding":"base64"}),
        ),
        (
            "if no then",
            json!({"type":"integer","if":{"minimum":10},"then":{"multipleOf":10},"else":{"maximum":-10}}),
        ),
        (
            "deep allOf not",
            json!({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["a"],"not":{"required":["b"]}}),
        ),
        (
            "minLength unicode",
            json!({"type":"string","minLength":1,"maxLength":1}),
        ),
    ]
}
