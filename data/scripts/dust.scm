; Takes dust and scratches out of all pictures of a folder: scans/NAME.png becomes done/NAME.png. What is white in
; masks/NAME.png, of the same size, is painted anew. In the folder that holds these three folders:
;
;   gimp-console-3.0 -idf --batch-interpreter plug-in-script-fu-eval -b '(load "dust.scm")' --quit

(define (dust in mask out)
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE in)))
         (layer (vector-ref (car (gimp-image-get-layers image)) 0))
         (dots (car (gimp-file-load-layer RUN-NONINTERACTIVE image mask))))
    (gimp-image-insert-layer image dots 0 0)
    (let ((coverage (car (gimp-layer-create-mask dots ADD-MASK-COPY))))
      (gimp-layer-add-mask dots coverage)
      (gimp-image-select-item image CHANNEL-OP-REPLACE coverage))
    (gimp-image-remove-layer image dots)
    (tessera-complete #:image image #:drawables (vector layer) #:output "merge" #:seed 1)
    (gimp-file-save RUN-NONINTERACTIVE image out)
    (gimp-image-delete image)))

(define (name path) (car (reverse (strbreakup path "/"))))

(for-each (lambda (path) (dust path (string-append "masks/" (name path)) (string-append "done/" (name path))))
          (car (file-glob #:pattern "scans/*.png" #:filename-encoding FALSE)))
