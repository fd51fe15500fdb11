;;; banister.el --- Language server for step projects  -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "28.1") (eglot "1.9"))

;;; Commentary:

;; Tells Eglot how to start `banister lsp' and what a step project is.  Everything else is Eglot's own.

;;; Code:

(require 'cl-lib)
(require 'eglot)
(require 'project)

(defgroup banister nil
  "Language server for step projects."
  :group 'tools)

(defcustom banister-command nil
  "The server's command as a list; nil finds it in the project or on the path."
  :type '(choice (const nil) (repeat string)))

(defconst banister-modes
  '(typescript-mode typescript-ts-mode js-mode js-ts-mode python-mode python-ts-mode ruby-mode ruby-ts-mode)
  "The modes of the languages in which steps are written.")

(defun banister-root (directory)
  "The step project around DIRECTORY: the outermost folder with settings or with step folders beside a manifest."
  (let (root)
    (while (setq directory
                 (locate-dominating-file
                  directory
                  (lambda (folder)
                    (or (file-exists-p (expand-file-name "banister.toml" folder))
                        (and (file-exists-p (expand-file-name "package.json" folder))
                             (or (file-directory-p (expand-file-name "steps" folder))
                                 (file-directory-p (expand-file-name "src" folder))))))))
      (setq root directory
            directory (file-name-directory (directory-file-name directory))))
    root))

(defun banister-find-project (directory)
  "For `project-find-functions': the step project around DIRECTORY."
  (let ((root (banister-root directory)))
    (and root (cons 'banister root))))

(cl-defmethod project-root ((project (head banister)))
  "The folder of a step PROJECT."
  (cdr project))

(defun banister-contact (&rest _)
  "For `eglot-server-programs': the command that starts the server."
  (let* ((project (project-current))
         (own (and project (expand-file-name "node_modules/.bin/banister" (project-root project)))))
    (cond (banister-command)
          ((and own (file-executable-p own)) (list own "lsp"))
          (t '("banister" "lsp")))))

;;;###autoload
(defun banister-setup ()
  "Use Banister for the files of step projects with \\[eglot]."
  (add-hook 'project-find-functions #'banister-find-project)
  (add-to-list 'eglot-server-programs (cons banister-modes #'banister-contact)))

(provide 'banister)
;;; banister.el ends here
