//! Statements and functions.

use crate::ast::{Bind, BindMode, Body, Expr, ExprKind, Function, Nested, Param, Pattern, Statement};
use crate::facts::ParamKind;

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    /// The statements among the children.
    pub(super) fn statements(&mut self) -> Vec<Statement<'t>> {
        let mut statements = Vec::new();
        self.each_child(|l| l.statement(&mut statements));
        statements
    }

    /// Lowers the current node if it is a statement or an expression, and passes over everything else.
    pub(super) fn statement(&mut self, out: &mut Vec<Statement<'t>>) {
        if self.kind() != Kind::Other {
            self.deeper(|l| l.statement_here(out));
        }
    }

    fn statement_here(&mut self, out: &mut Vec<Statement<'t>>) {
        match self.kind() {
            Kind::Other => {}
            Kind::ExpressionStatement | Kind::Error | Kind::Block => {
                self.each_child(|l| l.statement(out));
            }
            Kind::Assignment => {
                let bind = self.assignment();
                out.push(Statement::Bind(bind));
            }
            Kind::AugmentedAssignment => {
                let bind = self.augmented();
                out.push(Statement::Bind(bind));
            }
            Kind::Return => {
                let value = self.first_expression();
                out.push(Statement::Return(value));
            }
            Kind::Raise | Kind::Assert => {
                let heads = self.expressions();
                out.push(Statement::Nested(Nested {
                    certain: 0,
                    leaves: true,
                    heads,
                    bodies: Vec::new(),
                }));
            }
            Kind::Delete => self.delete(out),
            Kind::FunctionDefinition => {
                let function = self.function();
                out.push(Statement::Function(Box::new(function)));
            }
            Kind::ClassDefinition => {
                let class = self.class();
                out.push(Statement::Class(Box::new(class)));
            }
            Kind::Decorated => self.each_child(|l| match l.kind() {
                Kind::Decorator => {
                    let heads = l.expressions();
                    out.push(Statement::Nested(Nested {
                        certain: 0,
                        leaves: false,
                        heads,
                        bodies: Vec::new(),
                    }));
                }
                _ => {
                    let before = out.len();
                    l.statement(out);
                    if let Some(Statement::Function(function)) = out.get_mut(before) {
                        function.is_decorated = true;
                    }
                }
            }),
            Kind::Import => self.import(),
            Kind::ImportFrom => self.import_from(),
            kind if is_compound(kind) => {
                let mut nested = Nested::default();
                self.compound(&mut nested);
                nested.certain = match kind {
                    Kind::With => nested.bodies.len(),
                    Kind::Try => 1,
                    _ => 0,
                };
                out.push(Statement::Nested(nested));
            }
            _ => out.extend(self.expression().map(Statement::Expr)),
        }
    }

    /// The parts of a compound statement, clauses inlined. Python's blocks have no scope of their own.
    fn compound(&mut self, nested: &mut Nested<'t>) {
        let is_for = self.kind() == Kind::For;
        let (mut target, span) = (None, self.span());
        self.each_child(|l| match l.kind() {
            Kind::Other => {}
            Kind::Block => {
                let statements = l.statements();
                nested.bodies.push(Body {
                    scope: None,
                    statements,
                });
            }
            Kind::Elif
            | Kind::Else
            | Kind::Except
            | Kind::Finally
            | Kind::WithClause
            | Kind::WithItem
            | Kind::Case => {
                l.deeper(|l| l.compound(nested));
            }
            Kind::AsPattern => {
                let statements = l.as_pattern().into_iter().map(Statement::Bind).collect();
                nested.bodies.push(Body {
                    scope: None,
                    statements,
                });
            }
            _ if is_for && l.field() == Field::Left => target = Some(l.pattern()),
            _ if is_for && l.field() == Field::Right => {
                let list = l.expression();
                let value = list.map(|list| Expr::new(span, ExprKind::Element(Box::new(list))));
                let pattern = target.take().unwrap_or(Pattern::Unknown);
                let bind = Bind {
                    pattern,
                    value,
                    annotation: None,
                    mode: BindMode::Function,
                };
                nested.bodies.push(Body {
                    scope: None,
                    statements: vec![Statement::Bind(bind)],
                });
            }
            _ => nested.heads.extend(l.expression()),
        });
    }

    /// `open(x) as y`, `except E as e`.
    fn as_pattern(&mut self) -> Option<Bind<'t>> {
        let (mut value, mut pattern) = (None, None);
        self.each_child(|l| match l.kind() {
            Kind::AsPatternTarget => l.each_child(|l| pattern = Some(l.pattern())),
            Kind::Other => {}
            _ => value = value.take().or_else(|| l.expression()),
        });
        // What a context manager yields is not the manager, so the value only keeps its calls in the walk.
        let value = value.map(|v| crate::lower::opaque(v.span, crate::ast::Opaque::Unknown, vec![v]));
        pattern.map(|pattern| Bind {
            pattern,
            value,
            annotation: None,
            mode: BindMode::Function,
        })
    }

    pub(super) fn assignment(&mut self) -> Bind<'t> {
        let (mut pattern, mut value, mut annotation) = (Pattern::Unknown, None, None);
        self.each_child(|l| match l.field() {
            Field::Left => pattern = l.pattern(),
            Field::Right => value = l.assigned(),
            Field::Type => annotation = l.expression(),
            _ => {}
        });
        Bind {
            pattern,
            value,
            annotation,
            mode: BindMode::Function,
        }
    }

    /// The right side of an assignment, which may be an assignment itself: `a = b = 1`.
    fn assigned(&mut self) -> Option<Expr<'t>> {
        if self.kind() != Kind::Assignment {
            return self.expression();
        }
        let span = self.span();
        self.deeper(|l| Expr::new(span, ExprKind::Assign(Box::new(l.assignment()))))
    }

    fn augmented(&mut self) -> Bind<'t> {
        let span = self.span();
        let (mut pattern, mut parts) = (Pattern::Unknown, Vec::new());
        self.each_child(|l| match l.field() {
            Field::Left => pattern = l.pattern(),
            Field::Right => parts.extend(l.expression()),
            _ => {}
        });
        let value = Some(crate::lower::opaque(span, crate::ast::Opaque::Unknown, parts));
        Bind {
            pattern,
            value,
            annotation: None,
            mode: BindMode::Function,
        }
    }

    /// `del order["total"]`: nothing is known of `order` any more.
    fn delete(&mut self, out: &mut Vec<Statement<'t>>) {
        for target in self.expressions() {
            let mut root = target;
            while let ExprKind::Index(_) | ExprKind::Member(_) = root.kind {
                root = match root.kind {
                    ExprKind::Index(index) => index.0,
                    ExprKind::Member(member) => member.object,
                    kind => Expr {
                        span: root.span,
                        kind,
                    },
                };
            }
            if let Some(text) = root.as_name() {
                let pattern = Pattern::Name(crate::ast::Name {
                    text,
                    span: root.span,
                });
                out.push(Statement::Bind(Bind {
                    pattern,
                    value: None,
                    annotation: None,
                    mode: BindMode::Function,
                }));
            }
        }
    }

    pub(super) fn function(&mut self) -> Function<'t> {
        let span = self.span();
        let scope = self.new_scope();
        let (mut name, mut is_async) = (None, false);
        let mut params = Vec::new();
        let mut statements = Vec::new();
        self.each_child(|l| match l.field() {
            Field::Name => name = Some(l.name()),
            Field::Parameters => params = l.params(),
            Field::Body if l.kind() == Kind::Block => statements = l.statements(),
            Field::Body => statements.push(Statement::Return(l.expression())),
            _ if l.kind() == Kind::Async => is_async = true,
            _ => {}
        });
        let body = Body {
            scope: None,
            statements,
        };
        Function {
            scope,
            name,
            span,
            params,
            body,
            is_async,
            is_block: false,
            implicit_return: false,
            is_decorated: false,
        }
    }

    fn params(&mut self) -> Vec<Param<'t>> {
        let mut params = Vec::new();
        let mut named_only = false;
        self.each_child(|l| match l.kind() {
            Kind::Identifier | Kind::ListSplatPattern | Kind::DictionarySplatPattern | Kind::TuplePattern => {
                let param = Param::plain(l.span(), l.pattern(), None);
                params.push(l.of_place(param, &mut named_only));
            }
            Kind::KeywordSeparator => named_only = true,
            Kind::DefaultParameter | Kind::TypedDefaultParameter | Kind::TypedParameter => {
                let (mut pattern, mut default) = (Pattern::Unknown, None);
                l.each_child(|l| match l.field() {
                    Field::Name => pattern = l.pattern(),
                    Field::Value => default = l.expression(),
                    Field::Type => {}
                    _ if matches!(pattern, Pattern::Unknown) => pattern = l.pattern(),
                    _ => {}
                });
                let param = Param::plain(l.span(), pattern, default);
                params.push(l.of_place(param, &mut named_only));
            }
            _ => {}
        });
        params
    }

    /// The parameter with its kind: what stands behind `*args` or a bare `*` is given by name.
    fn of_place(&self, param: Param<'t>, named_only: &mut bool) -> Param<'t> {
        let written = self.text_of(param.span);
        if written.starts_with("**") {
            param.of_kind(ParamKind::KeywordRest)
        } else if written.starts_with('*') {
            *named_only = true;
            param.of_kind(ParamKind::Rest)
        } else if *named_only {
            param.of_kind(ParamKind::Keyword)
        } else {
            param
        }
    }
}

fn is_compound(kind: Kind) -> bool {
    use Kind as K;
    matches!(
        kind,
        K::If
            | K::Elif
            | K::Else
            | K::For
            | K::While
            | K::Try
            | K::Except
            | K::Finally
            | K::With
            | K::Match
            | K::Case
    )
}
