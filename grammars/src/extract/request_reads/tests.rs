use super::*;

#[track_caller]
fn reads(language: Language, text: &str, headers: &[&str], query: &[&str]) {
    let found = request_reads(language, text);
    let all = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
    assert_eq!(
        (all(&found.headers), all(&found.query)),
        (all_of(headers), all_of(query))
    );
}

fn all_of(names: &[&str]) -> Vec<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn in_typescript() {
    reads(
        Language::TypeScript,
        r"
            export const config: ApiRouteConfig = { type: 'api', name: 'A', path: '/a', method: 'GET', emits: [] }
            export const handler: Handlers['A'] = async (r, { logger }) => {
                const key = r.headers['X-Api-Key'] as string
                const { authorization, 'x-tenant': tenant = 'none' } = r.headers
                const page = Number(r.queryParams?.page ?? 1)
                const { headers, queryParams: { limit } } = r
                if (headers['if-none-match'] || (r.headers || {}).cookie) return { status: 304 }
                const answer = await fetch('https://a.example', { headers: { accept: 'text/plain' } })
                logger.info(answer.headers.get('content-type'), headers.get('x-one'))
                r.headers['x-written'] = 'no'
                return { status: 200, headers: { 'x-sent': key }, body: { page, limit, tenant, authorization } }
            }
            ",
        &[
            "authorization",
            "cookie",
            "if-none-match",
            "x-api-key",
            "x-one",
            "x-tenant",
        ],
        &["limit", "page"],
    );
    reads(
        Language::TypeScript,
        r"
            export const config = { name: 'B', triggers: [{ type: 'http', path: '/b', method: 'GET' }] } as const
            export const handler = async ({ request: { headers: { 'x-b': b }, queryParams } }) => ({ status: 200, body: [b, queryParams.q] })
            ",
        &["x-b"],
        &["q"],
    );
}

#[test]
fn in_middleware_and_helpers() {
    reads(
        Language::JavaScript,
        r"
            exports.keyOnly = async (incoming, { state }, next) => {
                if (!incoming.headers['x-key']) return { status: 401 }
                return next()
            }
            exports.bearer = (req) => (req.headers.authorization || '').replace(/^Bearer /, '')
            const signature = (headers) => headers['x-signature']
            const other = (req) => getHeader(req, 'x-helped')
            const unrelated = (res) => res.headers['x-no'] + axios.headers['x-neither']
            ",
        &["authorization", "x-helped", "x-key", "x-signature"],
        &[],
    );
}

#[test]
fn in_python() {
    reads(
        Language::Python,
        r#"
config = {"type": "api", "name": "A", "path": "/a", "method": "GET", "emits": []}

async def handler(req, context):
    key = req.get("headers", {}).get("x-api-key")
    headers = req["headers"] or {}
    token = headers["Authorization"]
    page = req.get("queryParams", {}).get("page", "1")
    limit = (req.query_params or {}).get("limit")
    reply = await client.get("https://a.example")
    return {"status": 200, "body": {"a": reply.headers["x-no"], "b": headers.items()}}
"#,
        &["authorization", "x-api-key"],
        &["limit", "page"],
    );
}

#[test]
fn in_ruby() {
    reads(
        Language::Ruby,
        "
def config
  { type: 'api', name: 'A', path: '/a', method: 'GET', emits: [] }
end

def handler(req, context)
  key = req.headers['x-api-key']
  token = req[:headers]['authorization'].to_s.sub('Bearer ', '')
  page = req.query_params.fetch('page', '1')
  deep = req.dig(:headers, 'x-deep')
  { status: 200, body: { key: key, token: token, page: page, deep: deep } }
end
",
        &["authorization", "x-api-key", "x-deep"],
        &["page"],
    );
}
