use banister_testkit::strategy::{Phases, invalid_strategy_for, strategy_for};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

fn corpus() -> Vec<(&'static str, Value)> {
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
        ("uri-reference", json!({"type":"string","format":"uri-reference"})),
        ("iri", json!({"type":"string","format":"iri"})),
        ("uri-template", json!({"type":"string","format":"uri-template"})),
        ("ipv4", json!({"type":"string","format":"ipv4"})),
        ("ipv6", json!({"type":"string","format":"ipv6"})),
        ("hostname", json!({"type":"string","format":"hostname"})),
        ("idn-hostname", json!({"type":"string","format":"idn-hostname"})),
        ("idn-email", json!({"type":"string","format":"idn-email"})),
        ("json-pointer", json!({"type":"string","format":"json-pointer"})),
        (
            "relative-json-pointer",
            json!({"type":"string","format":"relative-json-pointer"}),
        ),
        ("regex", json!({"type":"string","format":"regex"})),
        ("byte format", json!({"type":"string","format":"byte"})),
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
        ("backref", json!({"type":"string","pattern":"^(['\"])[a-z]*\\1$"})),
        (
            "slug",
            json!({"type":"string","pattern":"^[a-z0-9]+(?:-[a-z0-9]+)*$","minLength":3,"maxLength":30}),
        ),
        ("word boundary", json!({"type":"string","pattern":"\\bfoo\\b"})),
        (
            "nullable openapi",
            json!({"type":"string","nullable":true,"minLength":2}),
        ),
        (
            "nullable enum",
            json!({"type":"string","nullable":true,"enum":["a","b",null]}),
        ),
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
        ("const obj", json!({"const":{"a":[1,2,{"b":null}]}})),
        ("enum mix", json!({"enum":[1,"a",null,[],{}]})),
        ("true", json!(true)),
        ("empty", json!({})),
        ("bool items", json!({"type":"array","items":false})),
        (
            "tuple7",
            json!({"$schema":"http://json-schema.org/draft-07/schema#","type":"array","items":[{"type":"string"},{"type":"number"}],"additionalItems":{"type":"boolean"},"minItems":4}),
        ),
        (
            "draft4 exclusive",
            json!({"$schema":"http://json-schema.org/draft-04/schema#","type":"number","minimum":0,"exclusiveMinimum":true,"maximum":1}),
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
        ("wide object", {
            let p: serde_json::Map<String, Value> = (0..60)
                .map(|i| {
                    (
                        format!("f{i}"),
                        json!({"type":"string","minLength":1,"maxLength":10}),
                    )
                })
                .collect();
            json!({"type":"object","properties":p,"required":["f0","f59"]})
        }),
    ]
}

fn judge(schema: &Value) -> jsonschema::Validator {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
}

#[test]
fn all() {
    for (name, schema) in corpus() {
        let t = std::time::Instant::now();
        let s = match strategy_for(&schema) {
            Ok(s) => s,
            Err(e) => {
                println!("{name:24} ERROR {e}");
                continue;
            }
        };
        let v = judge(&schema);
        let nullable = name.starts_with("nullable");
        let mut runner = TestRunner::new(Config {
            failure_persistence: None,
            ..Config::default()
        });
        let mut samples = vec![];
        let mut minimal = std::collections::BTreeSet::new();
        let mut bad = 0;
        for i in 0..150 {
            let mut tree = match s.new_tree(&mut runner) {
                Ok(t) => t,
                Err(e) => {
                    println!("{name} no tree {e}");
                    break;
                }
            };
            let value = tree.current();
            if !v.is_valid(&value) && !(nullable && value.is_null()) {
                bad += 1;
                if bad == 1 {
                    println!("{name}: INVALID {value}");
                }
            }
            if i < 4 {
                let t = value.to_string();
                samples.push(t.chars().take(50).collect::<String>());
            }
            if i < 20 {
                let mut n = 0;
                while tree.simplify() {
                    n += 1;
                    if n > 5000 {
                        println!("{name}: endless shrink");
                        break;
                    }
                }
                minimal.insert(tree.current().to_string());
            }
        }
        let p = Phases::of(&schema).unwrap();
        let inv = match invalid_strategy_for(&schema) {
            Ok(s) => {
                let mut wrong = 0;
                for _ in 0..60 {
                    if let Ok(t) = s.new_tree(&mut runner) {
                        let x = t.current();
                        if v.is_valid(&x.value) && !(nullable && x.value.is_null()) {
                            wrong += 1;
                            if wrong == 1 {
                                println!("{name}: NOT INVALID {x}");
                            }
                        }
                    }
                }
                format!("ok({wrong})")
            }
            Err(e) => format!("{e}"),
        };
        println!(
            "{name:24} {:4}ms bad={bad} rej={} min={} neg={inv}\n      {}",
            t.elapsed().as_millis(),
            p.health().rejected,
            minimal
                .iter()
                .take(6)
                .map(|s| s.chars().take(40).collect::<String>())
                .collect::<Vec<_>>()
                .join(" "),
            samples.join("  ")
        );
        for pr in p.health().problems() {
            println!("      PROBLEM {pr}");
        }
    }
}

#[test]
fn bad() {
    for s in [
        json!({"type":"strin"}),
        json!({"type":"integer","minimum":5,"maximum":3}),
        json!({"type":"object","properties":{"a":{"type":"string","pattern":"(["}}}),
        json!({"type":"object","properties":{"a":{"type":"string","minLength":5,"maxLength":2}},"required":["a"]}),
        json!({"allOf":[{"type":"string"},{"type":"integer"}]}),
        json!({"type":"object","properties":{"a":false},"required":["a"]}),
        json!({"$ref":"#/definitions/none"}),
        json!({"$ref":"https://example.com/x.json"}),
        json!({"type":"array","items":{"enum":[1,2]},"uniqueItems":true,"minItems":3}),
        json!({"$ref":"#"}),
        json!({"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}),
        json!({"enum":[]}),
        json!({"type":"integer","exclusiveMinimum":1,"exclusiveMaximum":2}),
        json!({"type":"string","pattern":"^a$","minLength":3}),
        json!({"type":"string","format":"ipv4","maxLength":3}),
        json!(false),
        json!({"not":{}}),
        json!([]),
        json!("x"),
        json!({"type":"object","required":"a"}),
        json!({"type":"object","properties":{"x":{"oneOf":[{"type":"string"},{"type":"string"}]}},"required":["x"]}),
        json!({"type":"object","properties":{"sum":{"type":"integer","minimum":0,"not":{"multipleOf":1}}},"required":["sum"]}),
    ] {
        let t = std::time::Instant::now();
        match strategy_for(&s) {
            Ok(_) => println!("OK?? {s}"),
            Err(e) => println!("{s}\n    -> {e} [{} ms]", t.elapsed().as_millis()),
        }
    }
}

fn order() -> Value {
    json!({"type":"object","properties":{"id":{"type":"string","format":"uuid"},"lines":{"type":"array","items":{"type":"object","properties":{"sku":{"type":"string","pattern":"^[A-Z]{3}-\\d{4}$"},"qty":{"type":"integer","minimum":1,"maximum":100},"note":{"type":"string"}},"required":["sku","qty"]},"minItems":1},"email":{"type":"string","format":"email"},"total":{"type":"number","multipleOf":0.01,"minimum":0}},"required":["id","lines","total"]})
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn shrinks_qty(v in strategy_for(&order()).unwrap()) {
        prop_assert!(v["lines"].as_array().unwrap().iter().all(|l| l["qty"].as_f64().unwrap() < 42.0));
    }
    #[test]
    fn shrinks_two_lines(v in strategy_for(&order()).unwrap()) {
        prop_assert!(v["lines"].as_array().unwrap().len() < 3);
    }
    #[test]
    fn shrinks_total(v in strategy_for(&order()).unwrap()) {
        prop_assert!(v["total"].as_f64().unwrap() <= 99.99);
    }
    #[test]
    fn shrinks_email(v in strategy_for(&order()).unwrap()) {
        prop_assert!(!v["email"].as_str().is_some_and(|e| e.len() > 12));
    }
    #[test]
    fn shrinks_unicode(v in strategy_for(&order()).unwrap()) {
        prop_assert!(v["lines"].as_array().unwrap().iter().all(|l| l["note"].as_str().is_none_or(str::is_ascii)));
    }
    #[test]
    fn combos((a, b) in (strategy_for(&order()).unwrap(), 0..10u32)) {
        prop_assert!(b < 7 || a.get("email").is_none());
    }
}
