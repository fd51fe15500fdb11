//! The picture as SVG: no script, no font and no style from elsewhere; light and dark as the viewer prefers.

use banister_grammars::facts::StepKind;

use super::layout::{Layout, Point, Size, layered};
use super::picture::{Link, Node, Picture, What, colour};
use super::{Arrow, Graph, Mark, Part};

/// A letter of the title and of the smaller lines; wide scripts take two.
const TITLE_LETTER: i32 = 8;
const LINE_LETTER: i32 = 7;
const LINE_HEIGHT: i32 = 16;
const PADDING: i32 = 12;

/// Colours by role, once for each scheme.
pub(super) const STYLE: &str = "\
.banister { --paper: #ffffff; --ink: #1f2937; --soft: #6b7280; --line: #9ca3af; --box: #f9fafb; --pill: #eef2ff; --bad: #b91c1c; }
@media (prefers-color-scheme: dark) {
  .banister { --paper: #111827; --ink: #f3f4f6; --soft: #9ca3af; --line: #6b7280; --box: #1f2937; --pill: #312e81; --bad: #f87171; }
}
.banister text { font: 13px ui-sans-serif, system-ui, Helvetica, Arial, sans-serif; fill: var(--ink); }
.banister .small { font-size: 11px; fill: var(--soft); }
.banister .paper { fill: var(--paper); }
.banister .box { fill: var(--box); stroke: var(--line); }
.banister .pill { fill: var(--pill); stroke: none; }
.banister .loose .pill { fill: none; stroke: var(--bad); stroke-dasharray: 4 3; }
.banister .loose .small { fill: var(--bad); }
.banister .link { fill: none; stroke: var(--line); stroke-width: 1.4; }
.banister .dashed { stroke-dasharray: 5 4; }
.banister .tip { fill: var(--line); }
";

/// What is marked, and how.
pub(super) type Marks<'m> = dyn Fn(&Part<'_>) -> Option<Mark> + 'm;
/// Which arrows are marked, and how.
pub(super) type ArrowMarks<'m> = dyn Fn(&Arrow<'_>) -> Option<Mark> + 'm;

pub(super) fn document(graph: &Graph) -> String {
    of_picture(&Picture::of(graph))
}

/// The picture with `data-node` and `data-from`/`data-to` on its parts, by index.
pub(super) fn of_picture(picture: &Picture) -> String {
    of_marked(picture, &|_| None, &|_| None)
}

/// The same, with a class and a word more on the parts that `mark` gives some for.
pub(super) fn of_marked(picture: &Picture, mark: &Marks<'_>, mark_arrow: &ArrowMarks<'_>) -> String {
    let sizes: Vec<Size> = picture.nodes.iter().map(size).collect();
    let edges: Vec<(usize, usize)> = picture.links.iter().map(|link| (link.from, link.to)).collect();
    let layout = layered(&sizes, &edges);
    let Size { width, height } = layout.size;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"banister\" role=\"img\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n<title>Flow graph</title>\n<style>\n{STYLE}</style>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path class=\"tip\" d=\"M0 0 8 4 0 8z\"/></marker></defs>\n\
         <rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n"
    );
    for (link, route) in picture.links.iter().zip(&layout.routes) {
        let dashed = if link.dashed { " dashed" } else { "" };
        let (class, inside) = match mark_arrow(&arrow(picture, link)) {
            Some(mark) => (
                format!(" {}", mark.class),
                format!("><title>{}</title></path>", escaped(&mark.says)),
            ),
            None => (String::new(), "/>".to_owned()),
        };
        out += &format!(
            "<path class=\"link{dashed}{class}\" data-from=\"{}\" data-to=\"{}\" marker-end=\"url(#tip)\" d=\"{}\"{inside}\n",
            link.from,
            link.to,
            path(route)
        );
    }
    for at in 0..picture.nodes.len() {
        out += &node(picture, &layout, &sizes, at, mark);
    }
    out + "</svg>\n"
}

fn arrow<'p>(picture: &'p Picture, link: &Link) -> Arrow<'p> {
    let (from, to) = (&picture.nodes[link.from], &picture.nodes[link.to]);
    let sends = matches!(from.what, What::Step(..));
    let (step, topic) = if sends { (from, to) } else { (to, from) };
    Arrow {
        project: &step.project,
        step: &step.title,
        topic: &topic.title,
        sends,
        r#virtual: link.dashed,
    }
}

fn size(node: &Node) -> Size {
    let small = node.lines.iter().map(|line| letters(line) * LINE_LETTER).max();
    let text = (letters(&node.title) * TITLE_LETTER).max(small.unwrap_or_default());
    let lines = i32::try_from(node.lines.len()).unwrap_or_default() + 1;
    Size {
        width: text + 2 * PADDING,
        height: lines * LINE_HEIGHT + PADDING,
    }
}

fn letters(text: &str) -> i32 {
    text.chars()
        .map(|ch| if u32::from(ch) < 0x1100 { 1 } else { 2 })
        .sum()
}

fn node(picture: &Picture, layout: &Layout, sizes: &[Size], at: usize, mark: &Marks<'_>) -> String {
    let node = &picture.nodes[at];
    let mark = mark(&Part {
        project: &node.project,
        name: &node.title,
        is_step: matches!(node.what, What::Step(..)),
    });
    let (Point { x, y }, Size { width, height }) = (layout.corners[at], sizes[at]);
    let (class, shape) = match node.what {
        What::Step(language, kind) => {
            let radius = if kind == Some(StepKind::Api) { 2 } else { 10 };
            let stripe = colour(language);
            let outline = if kind == Some(StepKind::Noop) {
                " stroke-dasharray=\"5 4\""
            } else {
                ""
            };
            let shape = format!(
                "<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\"{outline}/>\
                 <rect x=\"{x}\" y=\"{}\" width=\"4\" height=\"{}\" rx=\"2\" fill=\"{stripe}\"/>",
                y + 6,
                height - 12
            );
            ("step", shape)
        }
        What::Topic | What::Loose => {
            let class = if matches!(node.what, What::Loose) {
                "topic loose"
            } else {
                "topic"
            };
            let shape = format!(
                "<rect class=\"pill\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{}\"/>",
                height / 2
            );
            (class, shape)
        }
    };
    let class = mark
        .as_ref()
        .map_or_else(|| class.to_owned(), |mark| format!("{class} {}", mark.class));
    let mut tooltip = vec![node.title.clone()];
    tooltip.extend(mark.map(|mark| mark.says));
    tooltip.extend(node.places.iter().cloned());
    let mut text = String::new();
    let mut baseline = y + PADDING / 2 + 12;
    for (number, line) in std::iter::once(&node.title).chain(&node.lines).enumerate() {
        let small = if number == 0 { "" } else { " class=\"small\"" };
        text += &format!(
            "<text x=\"{}\" y=\"{baseline}\" text-anchor=\"middle\"{small}>{}</text>",
            x + width / 2,
            escaped(line)
        );
        baseline += LINE_HEIGHT;
    }
    format!(
        "<g class=\"node {class}\" data-node=\"{at}\"><title>{}</title>{shape}{text}</g>\n",
        escaped(&tooltip.join("\n"))
    )
}

/// A curve through the points of a route: level at each, so that arrows leave and enter boxes straight.
fn path(route: &[Point]) -> String {
    let mut d = String::new();
    for (at, point) in route.iter().enumerate() {
        let Point { x, y } = *point;
        match at.checked_sub(1).and_then(|before| route.get(before)) {
            None => d += &format!("M{x} {y}"),
            Some(before) if before.y == y || before.x == x => d += &format!("L{x} {y}"),
            Some(before) => {
                let middle = i32::midpoint(before.x, x);
                d += &format!("C{middle} {} {middle} {y} {x} {y}", before.y);
            }
        }
    }
    d
}

/// A text as it stands in a page or a picture, between tags or as the value of an attribute. Characters that XML has no
/// place for are left out.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for ch in text.chars() {
        match ch {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            '\n' | '\t' => safe.push(ch),
            ch if ch.is_control() || matches!(ch, '\u{fffe}' | '\u{ffff}') => {}
            ch => safe.push(ch),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::super::tests::PROJECT;
    use super::*;
    use crate::fixture::parse;

    #[test]
    fn every_step_topic_and_arrow_is_drawn_once() {
        let svg = Graph::of(&parse(PROJECT).0, None).to_svg();
        assert_eq!(svg.matches("class=\"node step\"").count(), 3, "{svg}");
        assert_eq!(svg.matches("class=\"node topic\"").count(), 1, "{svg}");
        assert_eq!(svg.matches("class=\"node topic loose\"").count(), 3, "{svg}");
        assert_eq!(svg.matches("class=\"link").count(), 6, "{svg}");
        assert_eq!(svg.matches("link dashed").count(), 2, "{svg}");
        assert!(svg.contains("steps/b.step.rb:2"), "{svg}");
    }

    #[test]
    fn arrows_are_marked_by_step_topic_and_way() {
        let mark = |arrow: &Arrow<'_>| {
            Some(Mark {
                class: if arrow.sends { "sends" } else { "takes" },
                says: format!("{} {} {}", arrow.step, arrow.topic, arrow.r#virtual),
            })
        };
        let svg = Graph::of(&parse(PROJECT).0, None).to_svg_with_arrows(|_| None, mark);
        assert!(svg.contains("<title>A x.done false</title></path>"), "{svg}");
        assert!(
            svg.contains("<title>B &quot;b&quot; x.done false</title></path>"),
            "{svg}"
        );
        assert_eq!(
            svg.matches(" sends\"").count() + svg.matches(" takes\"").count(),
            6,
            "{svg}"
        );
    }

    #[test]
    fn names_cannot_break_out() {
        let (snapshot, _) = parse(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: '</svg><script>x</script>&\"', cron: '* * * * *', emits: ['<a&b>'] }
",
        );
        let svg = Graph::of(&snapshot, None).to_svg();
        assert!(!svg.contains("<script"), "{svg}");
        assert!(svg.contains("&lt;a&amp;b&gt;"), "{svg}");
        assert_eq!(svg.matches("</svg>").count(), 1);
    }
}
