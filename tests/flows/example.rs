//! The shop: four languages in one flow.

use super::report::{named, outcomes, run};
use crate::support::project::Project;

#[test]
fn every_flow_of_the_shop_passes() {
    let run = run(&Project::example("ecommerce"), &[]).exits(0);
    let outcomes = outcomes(&run);
    assert_eq!(named(&outcomes, "failed"), [""; 0], "{}", run.story());
    assert_eq!(named(&outcomes, "ok").len(), 22, "{}", run.story());
}

#[test]
fn a_defect_in_any_language_is_noticed() {
    let defects = [
        (
            "steps/create-order.step.ts",
            "price * quantity",
            "price + quantity",
            "tests/orders::an order is paid and a receipt is written",
        ),
        (
            "steps/process-payment.step.js",
            "status < 500",
            "status < 600",
            "tests/payments::a provider in trouble is asked again and charges once",
        ),
        (
            "steps/analyze_sentiment_step.py",
            "-LEXICON[word]",
            "LEXICON[word]",
            "tests/reviews::a negation turns the mood",
        ),
        (
            "steps/write_receipt.step.rb",
            "kind: 'receipt', title",
            "kind: 'invoice', title",
            "tests/orders::an order is paid and a receipt is written",
        ),
    ];
    for (file, right, wrong, test) in defects {
        let project = Project::example("ecommerce");
        let text = project.read(file);
        assert!(text.contains(right), "{file} has no {right}");
        project.write(file, text.replace(right, wrong));
        let run = run(&project, &["--exact", test]).exits(1);
        assert_eq!(
            named(&outcomes(&run), "failed"),
            [test],
            "{file}: {}",
            run.story()
        );
    }
}

#[test]
fn a_second_charge_breaks_the_property() {
    let project = Project::example("ecommerce");
    let file = "steps/process-payment.step.js";
    let twice =
        "const response = await charge(order, key)\n    if (order.amount > 20000) await charge(order, key)";
    project.write(
        file,
        project
            .read(file)
            .replace("const response = await charge(order, key)", twice),
    );
    let run = run(&project, &["every accepted order is charged exactly once"]).exits(1);
    // More than 200.00: the least such orders are five lamps, and seventeen mugs or more.
    run.says("minimal input:").says("lamp");
}
