;;; flow.el --- In the current folder, the shop of examples/ecommerce  -*- lexical-binding: t; -*-

;;; Commentary:

;; Diagnostics, completion, hover and a jump into another language, through Eglot itself.

;;; Code:

(require 'banister)
(require 'flymake)
(require 'xref)

(banister-setup)

;; Emacs before 29 has no mode for TypeScript.
(unless (fboundp 'typescript-mode)
  (define-derived-mode typescript-mode js-mode "TypeScript"))
(add-to-list 'auto-mode-alist '("\\.ts\\'" . typescript-mode))

(defvar flow-limit 30 "Seconds; longer than anything takes on a busy machine.")

(defvar flow-root default-directory "The project.")

(defun flow-wait (what condition)
  "Wait until CONDITION is non-nil and return it, or fail for want of WHAT."
  (let ((end (+ (float-time) flow-limit)) found)
    (while (not (setq found (funcall condition)))
      (when (> (float-time) end)
        (error "Waited in vain for %s" what))
      (accept-process-output nil 0.05))
    found))

(defun flow-open (file)
  "Visit FILE of the project with a server."
  (find-file (expand-file-name file flow-root))
  (unless (eglot-current-server)
    (call-interactively #'eglot))
  (flow-wait "the server" #'eglot-current-server)
  (unless (eglot-managed-p)
    (eglot--managed-mode 1)))

(defun flow-go (text)
  "Put point where the bar stands in TEXT."
  (let* ((bar (string-match "|" text))
         (plain (concat (substring text 0 bar) (substring text (1+ bar)))))
    (goto-char (point-min))
    (search-forward plain)
    (goto-char (+ (match-beginning 0) bar))))

(defun flow-typo ()
  "The finding of the typo, if Flymake shows it in this buffer."
  (flymake-start)
  (seq-find (lambda (text) (string-match-p "typo\\.order\\.created" text))
            (mapcar #'flymake-diagnostic-text (flymake-diagnostics))))

(defun flow-ask (method)
  "The server's answer to METHOD at point."
  (jsonrpc-request (eglot--current-server-or-lose) method (eglot--TextDocumentPositionParams)))

(defun flow-run ()
  "The test."
  (flow-open "steps/create-order.step.ts")
  ;; Completion, as the editor offers it.
  (flow-go "emits: ['|order.created'")
  (let* ((table (eglot-completion-at-point))
         (labels (all-completions "" (nth 2 table))))
    (dolist (topic '("order.created" "payment.processed" "sentiment.analyzed" "report.generated"))
      (unless (member topic (mapcar #'substring-no-properties labels))
        (error "No %s in %S" topic labels))))
  ;; Hover.
  (let ((hover (format "%S" (flow-ask :textDocument/hover))))
    (unless (string-match-p "process-payment" hover)
      (error "The hover does not name the subscriber: %s" hover)))
  ;; A typo is found, and its end is seen.
  (flow-go "emit({ topic: '|order.created'")
  (let ((start (point)))
    (insert "typo.")
    (eglot--signal-textDocument/didChange)
    (flow-wait "the finding" #'flow-typo)
    (delete-region start (+ start (length "typo.")))
    (eglot--signal-textDocument/didChange)
    (flow-wait "its end" (lambda () (not (flow-typo)))))
  (set-buffer-modified-p nil)
  ;; From TypeScript into Ruby.
  (flow-open "steps/request-report.step.ts")
  (flow-go "topic: '|report.requested'")
  (xref-find-definitions "report.requested")
  (unless (string-suffix-p "generate_report.step.rb" (buffer-file-name))
    (error "The jump led to %s" (buffer-file-name)))
  (unless (and (derived-mode-p 'ruby-mode) (looking-at-p "report\\.requested"))
    (error "The jump led to %s" (buffer-substring (line-beginning-position) (line-end-position))))
  (princ "passed: diagnostics, completion, hover and a jump across languages in Emacs\n"))

(condition-case problem
    (progn (flow-run) (kill-emacs 0))
  (error (princ (format "failed: %s\n" (error-message-string problem)) #'external-debugging-output)
         (kill-emacs 1)))

;;; flow.el ends here
