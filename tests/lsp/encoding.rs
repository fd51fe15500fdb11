//! Columns count what was agreed on, also behind characters outside of the Basic Multilingual Plane.

use serde_json::{Value as Json, json};

use crate::support::lsp_client::{LspClient, modern};
use crate::support::project::Project;

const SENDER: &str = "steps/sender.step.ts";
const RECEIVER: &str = "steps/receiver.step.rb";

/// Something wide stands on each line before the topic.
const SENDER_TEXT: &str = "\
export const config = { type: 'cron', name: '😀 Sender', cron: '0 0 * * 1', /* 🚚é日 */ emits: ['parcel.🚚sent'] }
export const handler = async ({ emit }: any) => {
  /* 😀😀 */ await emit({ topic: 'parcel.🚚sent', data: { note: '😀' } })
}
";

const RECEIVER_TEXT: &str = "\
def config
  { type: 'event', name: '😀 Receiver', description: '日本', subscribes: ['parcel.🚚sent'], emits: [] }
end

def handler(input, context)
end
";

fn session(encodings: &Json) -> (Project, LspClient) {
    let project = Project::of(&[
        ("package.json", "{}\n"),
        (SENDER, SENDER_TEXT),
        (RECEIVER, RECEIVER_TEXT),
    ]);
    let mut capabilities = modern();
    capabilities["general"]["positionEncodings"] = encodings.clone();
    let client = LspClient::start_with(project.root(), &capabilities);
    (project, client)
}

fn offers() -> [Json; 2] {
    [json!(["utf-8", "utf-16"]), json!(["utf-16"])]
}

#[test]
fn definitions_and_completions_stand_at_the_topic() {
    for encodings in offers() {
        let (_project, mut client) = session(&encodings);
        let text = client.open(SENDER);
        let params = client.at(SENDER, &text, "topic: 'parcel.🚚|sent'");
        let links = client.request("textDocument/definition", &params);
        assert_eq!(client.path(&links[0]["targetUri"]), RECEIVER, "{encodings}");
        assert_eq!(
            client.slice(&text, &links[0]["originSelectionRange"]),
            "parcel.🚚sent",
            "{encodings}"
        );
        assert_eq!(
            client.slice(RECEIVER_TEXT, &links[0]["targetSelectionRange"]),
            "parcel.🚚sent",
            "{encodings}"
        );
        let items = client.request("textDocument/completion", &params);
        let item = items
            .as_array()
            .and_then(|items| items.iter().find(|item| item["label"] == "parcel.🚚sent"));
        let item = item.unwrap_or_else(|| panic!("{encodings}: {items}"));
        assert_eq!(
            client.slice(&text, &item["textEdit"]["range"]),
            "parcel.🚚sent",
            "{encodings}"
        );
        client.finish();
    }
}

#[test]
fn edits_behind_wide_characters_land_where_they_should() {
    for encodings in offers() {
        let (_project, mut client) = session(&encodings);
        let text = client.open(SENDER);
        let text = client.replace(SENDER, 2, &text, "🚚sent', data", "🚚snet', data");
        let findings = client.findings(SENDER, |findings| !findings.is_empty());
        assert!(
            findings
                .iter()
                .any(|finding| client.slice(&text, &finding["range"]) == "parcel.🚚snet"),
            "{encodings}: {findings:#?}"
        );
        client.replace(SENDER, 3, &text, "🚚snet', data", "🚚sent', data");
        client.findings(SENDER, <[Json]>::is_empty);
        client.finish();
    }
}

#[test]
fn windows_line_ends_do_not_move_columns() {
    for encodings in offers() {
        let (_project, mut client) = session(&encodings);
        let text = SENDER_TEXT.replace('\n', "\r\n");
        client.open_with(SENDER, &text);
        let text = client.replace(SENDER, 2, &text, "🚚sent', data", "🚚snet', data");
        let findings = client.findings(SENDER, |findings| !findings.is_empty());
        assert!(
            findings
                .iter()
                .any(|finding| client.slice(&text, &finding["range"]) == "parcel.🚚snet"),
            "{encodings}: {findings:#?}"
        );
        client.finish();
    }
}
