//! What the client can do, settled once at `initialize`, and what the server offers in return.

use banister_grammars::Encoding;
use banister_project::disk::WATCHED;
use tower_lsp::ls_types::{
    CallHierarchyServerCapability, ClientCapabilities, CodeActionKind, CodeActionOptions,
    CodeActionProviderCapability, CodeLensOptions, CompletionOptions, DeclarationCapability,
    DiagnosticOptions, DiagnosticServerCapabilities, DiagnosticTag, DocumentLinkOptions,
    ExecuteCommandOptions, FileOperationFilter, FileOperationPattern, FileOperationPatternKind,
    FileOperationRegistrationOptions, FoldingRangeProviderCapability, GotoCapability,
    HoverProviderCapability, ImplementationProviderCapability, InitializeParams, InitializeResult,
    MarkupKind, OneOf, PositionEncodingKind, RenameOptions, ResourceOperationKind, SaveOptions,
    ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, TypeDefinitionProviderCapability,
    WorkDoneProgressOptions, WorkspaceEditClientCapabilities, WorkspaceFileOperationsServerCapabilities,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use crate::requests::code_action::FIX_ALL;

/// Characters after which a topic or a key may begin or go on. Editors suggest nothing inside strings unless told so, and end a
/// suggestion at the characters that join the words of a topic.
const TRIGGERS: [&str; 8] = ["'", "\"", "`", ".", "-", ":", "/", "{"];

/// The client's own command that shows places: the arguments are a URI, a position and locations.
pub(crate) const SHOW_REFERENCES: &str = "banister.showReferences";

/// Runs a flow test: `{ uri, test }`.
pub(crate) const RUN_FLOW_TEST: &str = "banister.runFlowTest";

/// Answers the flow graph as text: `{ uri?, flow?, format? }`, `mermaid` unless asked for another format.
pub(crate) const SHOW_FLOW_GRAPH: &str = "banister.showFlowGraph";

/// What matters here of the client's capabilities.
#[derive(Debug, Clone, Default)]
pub(crate) struct Negotiated {
    /// How columns are counted on the wire.
    pub(crate) encoding: Encoding,
    /// Definitions may be links that say where they come from.
    pub(crate) definition_links: bool,
    /// The same of declarations.
    pub(crate) declaration_links: bool,
    /// The same of type definitions.
    pub(crate) type_definition_links: bool,
    /// The same of implementations.
    pub(crate) implementation_links: bool,
    /// Proposals may be snippets.
    pub(crate) snippets: bool,
    /// The documentation of a proposal may come when it is looked at.
    pub(crate) resolves_documentation: bool,
    /// Outlines may nest.
    pub(crate) nested_symbols: bool,
    /// Hovers may be Markdown.
    pub(crate) hover_markdown: bool,
    /// Completion texts may be Markdown.
    pub(crate) completion_markdown: bool,
    /// Diagnostics may point at other places.
    pub(crate) related_information: bool,
    /// Workspace edits may name the version of the text that they are for.
    pub(crate) document_changes: bool,
    /// The client has a command that shows places.
    pub(crate) shows_references: bool,
    /// Diagnostics may fade code that may go.
    pub(crate) unnecessary: bool,
    /// The client asks whether a name can be changed before it asks for a new one.
    pub(crate) prepares_rename: bool,
    /// The client watches files for us if asked to.
    pub(crate) watches_files: bool,
    /// The client tells of files that the user creates, renames and deletes in it.
    pub(crate) tells_of_files: bool,
    /// The client asks for findings when it wants them; nothing is pushed to it then.
    pub(crate) pulls: bool,
    /// The answer about one document may bring news of others.
    pub(crate) related_documents: bool,
    /// The client may be asked to pull again.
    pub(crate) refreshes: bool,
    /// Diagnostics may link to the page of their rule.
    pub(crate) code_descriptions: bool,
    /// Diagnostics come back with the data that they were sent with.
    pub(crate) diagnostic_data: bool,
    /// Workspace edits may say what they are for and ask before they are applied.
    pub(crate) annotations: bool,
    /// Workspace edits may create files.
    pub(crate) creates_files: bool,
    /// The edit of a code action may come later, when it is chosen.
    pub(crate) resolves_edits: bool,
    /// Code actions may be shown that cannot be done here, with the reason.
    pub(crate) disabled_actions: bool,
    /// Progress of the server's own may be shown.
    pub(crate) shows_progress: bool,
    /// The client wants to hear when the flow graph changes.
    pub(crate) follows_graph: bool,
}

impl Negotiated {
    /// Reads the client's capabilities; what is not said is not there.
    pub(crate) fn new(client: &ClientCapabilities) -> Self {
        let text = client.text_document.as_ref();
        let hover = text.and_then(|text| text.hover.as_ref()?.content_format.as_ref());
        let workspace = client.workspace.as_ref();
        let symbols = text.and_then(|text| text.document_symbol.as_ref());
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let action = text.and_then(|text| text.code_action.as_ref());
        let push = text.and_then(|text| text.publish_diagnostics.as_ref());
        let pull = text.and_then(|text| text.diagnostic.as_ref());
        let item = text.and_then(|text| text.completion.as_ref()?.completion_item.as_ref());
        Self {
            encoding: encoding(client),
            definition_links: links(text.and_then(|text| text.definition)),
            declaration_links: links(text.and_then(|text| text.declaration)),
            type_definition_links: links(text.and_then(|text| text.type_definition)),
            implementation_links: links(text.and_then(|text| text.implementation)),
            snippets: item.and_then(|item| item.snippet_support).unwrap_or(false),
            resolves_documentation: item
                .and_then(|item| item.resolve_support.as_ref())
                .is_some_and(|support| support.properties.iter().any(|name| name == "documentation")),
            nested_symbols: symbols.and_then(|it| it.hierarchical_document_symbol_support) == Some(true),
            hover_markdown: hover.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            completion_markdown: item
                .and_then(|item| item.documentation_format.as_ref())
                .is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            related_information: says(
                push.and_then(|push| push.related_information),
                pull.and_then(|pull| pull.related_information),
            ),
            document_changes: edit.and_then(|edit| edit.document_changes) == Some(true),
            prepares_rename: text.and_then(|text| text.rename.as_ref()?.prepare_support) == Some(true),
            shows_references: commands(client).any(|command| command == SHOW_REFERENCES),
            unnecessary: push
                .and_then(|push| push.tag_support.as_ref())
                .is_some_and(|tags| tags.value_set.contains(&DiagnosticTag::UNNECESSARY))
                || pull.is_some_and(|pull| pull.tag_support.is_some()),
            pulls: pull.is_some(),
            related_documents: pull.and_then(|pull| pull.related_document_support) == Some(true),
            refreshes: workspace.and_then(|it| it.diagnostics.as_ref()?.refresh_support) == Some(true),
            code_descriptions: says(
                push.and_then(|push| push.code_description_support),
                pull.and_then(|pull| pull.code_description_support),
            ),
            annotations: edit.is_some_and(|edit| edit.change_annotation_support.is_some()),
            creates_files: edit.is_some_and(creates_files),
            resolves_edits: action
                .filter(|action| action.data_support == Some(true))
                .and_then(|action| action.resolve_support.as_ref())
                .is_some_and(|resolve| resolve.properties.iter().any(|property| property == "edit")),
            disabled_actions: action.and_then(|action| action.disabled_support).unwrap_or(false),
            shows_progress: shows_progress(client),
            follows_graph: follows_graph(client),
            tells_of_files: workspace.is_some_and(|workspace| workspace.file_operations.is_some()),
            diagnostic_data: says(
                push.and_then(|push| push.data_support),
                pull.and_then(|pull| pull.data_support),
            ),
            watches_files: workspace.and_then(|it| it.did_change_watched_files?.dynamic_registration)
                == Some(true),
        }
    }
}

fn links(capability: Option<GotoCapability>) -> bool {
    capability.and_then(|it| it.link_support).unwrap_or(false)
}

/// The client shows work of the server's own as under way.
fn shows_progress(client: &ClientCapabilities) -> bool {
    client
        .window
        .as_ref()
        .and_then(|window| window.work_done_progress)
        .unwrap_or(false)
}

/// The client says in `experimental.banister.graphChanged` that it wants to hear of the flow graph.
fn follows_graph(client: &ClientCapabilities) -> bool {
    client
        .experimental
        .as_ref()
        .and_then(|experimental| experimental.pointer("/banister/graphChanged")?.as_bool())
        .unwrap_or(false)
}

/// Edits may create files.
fn creates_files(edit: &WorkspaceEditClientCapabilities) -> bool {
    let operations = edit.resource_operations.as_ref();
    operations.is_some_and(|operations| operations.contains(&ResourceOperationKind::Create))
}

/// What is said of diagnostics holds however they travel: clients of 3.17 say it where they speak of pushed ones.
fn says(pushed: Option<bool>, pulled: Option<bool>) -> bool {
    pushed.unwrap_or(false) || pulled.unwrap_or(false)
}

/// Commands that the client runs itself. The protocol has no word for them; `experimental.commands.commands` is where
/// editors of other servers list theirs.
fn commands(client: &ClientCapabilities) -> impl Iterator<Item = &str> {
    let listed = client
        .experimental
        .as_ref()
        .and_then(|experimental| experimental.pointer("/commands/commands")?.as_array());
    listed.into_iter().flatten().filter_map(serde_json::Value::as_str)
}

/// UTF-8 if the client offers it, because sources are UTF-8 here; UTF-32 for a client that likes it best; else UTF-16,
/// which every client must know.
fn encoding(client: &ClientCapabilities) -> Encoding {
    let offered = client
        .general
        .as_ref()
        .and_then(|general| general.position_encodings.as_ref());
    match offered {
        Some(offered) if offered.contains(&PositionEncodingKind::UTF8) => Encoding::Utf8,
        Some(offered) if offered.first() == Some(&PositionEncodingKind::UTF32) => Encoding::Utf32,
        _ => Encoding::Utf16,
    }
}

/// The answer to `initialize`.
pub(crate) fn initialize_result(params: &InitializeParams) -> InitializeResult {
    let negotiated = Negotiated::new(&params.capabilities);
    InitializeResult {
        capabilities: server_capabilities(&negotiated),
        server_info: Some(ServerInfo {
            name: "banister".into(),
            version: Some(env!("CARGO_PKG_VERSION").into()),
        }),
        ..InitializeResult::default()
    }
}

/// Options are for clients that know them.
fn rename(client: &Negotiated) -> OneOf<bool, RenameOptions> {
    if client.prepares_rename {
        OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })
    } else {
        OneOf::Left(true)
    }
}

fn workspace_capabilities(client: &Negotiated) -> WorkspaceServerCapabilities {
    WorkspaceServerCapabilities {
        file_operations: client.tells_of_files.then(file_operations),
        workspace_folders: Some(WorkspaceFoldersServerCapabilities {
            supported: Some(true),
            change_notifications: Some(OneOf::Left(true)),
        }),
    }
}

/// What the user does to files and folders in the editor: told before any watcher notices.
fn file_operations() -> WorkspaceFileOperationsServerCapabilities {
    let filter = |glob: &str, matches| FileOperationFilter {
        scheme: Some("file".into()),
        pattern: FileOperationPattern {
            glob: glob.into(),
            matches: Some(matches),
            options: None,
        },
    };
    let files = WATCHED
        .into_iter()
        .map(|glob| filter(glob, FileOperationPatternKind::File));
    let folders = std::iter::once(filter("**", FileOperationPatternKind::Folder));
    let registered = FileOperationRegistrationOptions {
        filters: files.chain(folders).collect(),
    };
    WorkspaceFileOperationsServerCapabilities {
        did_create: Some(registered.clone()),
        did_rename: Some(registered.clone()),
        did_delete: Some(registered),
        ..WorkspaceFileOperationsServerCapabilities::default()
    }
}

fn server_capabilities(client: &Negotiated) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(match client.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions {
                include_text: Some(false),
            })),
            ..TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(TRIGGERS.map(String::from).to_vec()),
            resolve_provider: Some(true),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        declaration_provider: Some(DeclarationCapability::Simple(true)),
        type_definition_provider: Some(TypeDefinitionProviderCapability::Simple(true)),
        implementation_provider: Some(ImplementationProviderCapability::Simple(true)),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        references_provider: Some(OneOf::Left(true)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        rename_provider: Some(rename(client)),
        document_highlight_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        code_lens_provider: Some(CodeLensOptions {
            resolve_provider: Some(false),
        }),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::REFACTOR_REWRITE,
                FIX_ALL,
            ]),
            resolve_provider: Some(client.resolves_edits),
            ..CodeActionOptions::default()
        })),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![RUN_FLOW_TEST.into(), SHOW_FLOW_GRAPH.into()],
            work_done_progress_options: WorkDoneProgressOptions {
                work_done_progress: Some(true),
            },
        }),
        // Never both ways: a client that pulls would show everything twice.
        diagnostic_provider: client.pulls.then(|| {
            DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some("banister".into()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                ..DiagnosticOptions::default()
            })
        }),
        workspace: Some(workspace_capabilities(client)),
        ..ServerCapabilities::default()
    }
}
