libovf_base_sources = \
	libovf/base/alloc.c libovf/base/alloc.h \
	libovf/base/blob.c libovf/base/blob.h \
	libovf/base/child.c libovf/base/child.h \
	libovf/base/child-socket.c libovf/base/child-talk.c \
	libovf/base/ctx.c libovf/base/ctx.h \
	libovf/base/data.c libovf/base/data.h \
	libovf/base/digest.c libovf/base/digest.h \
	libovf/base/error.c libovf/base/error.h \
	libovf/base/file.c libovf/base/file.h \
	libovf/base/hooks.c libovf/base/hooks.h \
	libovf/base/http.c libovf/base/http.h \
	libovf/base/http-none.c libovf/base/http-url.c \
	libovf/base/json.c libovf/base/json.h \
	libovf/base/landlock.h \
	libovf/base/limits.def \
	libovf/base/output.c libovf/base/output.h \
	libovf/base/rd.h \
	libovf/base/report.c libovf/base/report.h \
	libovf/base/sandbox.c libovf/base/sandbox.h \
	libovf/base/sandbox-calls.c libovf/base/sandbox-calls.h \
	libovf/base/store.c libovf/base/store.h \
	libovf/base/text.c libovf/base/text.h \
	libovf/base/vector.h \
	libovf/base/xml.c libovf/base/xml.h \
	libovf/base/xml-load.h \
	libovf/base/xml-schema.c libovf/base/xml-schema.h \
	libovf/base/xmlw.c libovf/base/xmlw.h \
	$(NULL)
