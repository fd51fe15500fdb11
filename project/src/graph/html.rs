//! The picture as a page: one file that needs no network and no server.

use serde_json::json;

use super::picture::Picture;
use super::{Graph, svg};

const TEMPLATE: &str = include_str!("page.html");

pub(super) fn page(graph: &Graph) -> String {
    let picture = Picture::of(graph);
    let names: Vec<&str> = graph
        .projects
        .iter()
        .map(|project| project.name.as_str())
        .collect();
    let data = json!({ "nodes": picture.nodes, "links": picture.links }).to_string();
    // What could end the script element cannot stand in it as it is.
    let data = data.replace('<', "\\u003c");
    let title = svg::escaped(&names.join(", "));
    // One pass over the template: names in the project that look like a mark stay what they are.
    let mut page = String::with_capacity(TEMPLATE.len() + data.len());
    for (at, piece) in TEMPLATE.split("@@").enumerate() {
        match (at % 2, piece) {
            (1, "title") => page += &title,
            (1, "picture") => page += &svg::of_picture(&picture),
            (1, "data") => page += &data,
            _ => page += piece,
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::super::tests::PROJECT;
    use super::*;
    use crate::fixture::parse;

    #[test]
    fn the_page_is_whole_and_asks_for_nothing_elsewhere() {
        let page = Graph::of(&parse(PROJECT).0, None).to_html();
        assert!(!page.contains("@@"), "every mark is filled");
        let outside = page.replace("http://www.w3.org/2000/svg", "");
        for asks in ["http:", "https:", "src=", "@import", "url(//", "<link"] {
            assert!(!outside.contains(asks), "{asks}");
        }
        assert!(page.contains("steps/b.step.rb:2"));
        assert_eq!(page.matches("</script>").count(), 2);
    }

    #[test]
    fn names_cannot_end_the_script() {
        let (snapshot, _) = parse(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: '</script><script>x', cron: '* * * * *', emits: ['@@data@@'] }
",
        );
        let page = Graph::of(&snapshot, None).to_html();
        assert_eq!(page.matches("</script>").count(), 2, "{page}");
    }
}
