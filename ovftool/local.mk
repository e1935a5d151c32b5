bin_PROGRAMS += ovftool/ovftool
ovftool_ovftool_SOURCES = ovftool/main.c
# Linked into the program, so that it runs in place from any folder and needs
# no path to a shared library.
ovftool_ovftool_LDADD = ovftool/libcli.la libovf/libovf-core.la $(JANSSON_LIBS)

# All but main (), so that unit tests reach it.
noinst_LTLIBRARIES += ovftool/libcli.la
ovftool_libcli_la_SOURCES = \
	ovftool/checked.h \
	ovftool/cli.h \
	ovftool/compat.h \
	ovftool/command.h \
	ovftool/show.h \
	$(ovftool_cli_sources) \
	$(ovftool_command_sources) \
	$(NULL)

ovftool_cli_sources = \
	ovftool/cli.c \
	ovftool/compat-config.c \
	ovftool/compat-convert.c \
	ovftool/compat-facts.c \
	ovftool/compat-help.c \
	ovftool/compat-machine.c \
	ovftool/compat-map.c \
	ovftool/compat-options.c \
	ovftool/compat-parse.c \
	ovftool/compat-probe.c \
	ovftool/compat-run.c \
	ovftool/compat-say.c \
	ovftool/compat-target.c \
	ovftool/compat-words.c \
	ovftool/document.c \
	ovftool/junit.c \
	ovftool/memory.c \
	ovftool/options.c \
	ovftool/output.c \
	ovftool/progress.c \
	ovftool/rules-pod.c \
	ovftool/sarif.c \
	ovftool/show.c \
	ovftool/suggest.c \
	$(NULL)

ovftool_command_sources = \
	ovftool/cmd-build.c \
	ovftool/cmd-common.c \
	ovftool/cmd-convert.c \
	ovftool/cmd-diff.c \
	ovftool/cmd-disk.c \
	ovftool/cmd-env.c \
	ovftool/cmd-export.c \
	ovftool/cmd-formats.c \
	ovftool/cmd-help.c \
	ovftool/cmd-import.c \
	ovftool/cmd-info.c \
	ovftool/cmd-pack.c \
	ovftool/cmd-repair.c \
	ovftool/cmd-set.c \
	ovftool/cmd-sign.c \
	ovftool/cmd-unpack.c \
	ovftool/cmd-unsign.c \
	ovftool/cmd-validate.c \
	ovftool/cmd-verify.c \
	ovftool/cmd-version.c \
	$(NULL)

# bash-completion finds a file by the command's name.
bashcompdir = $(datadir)/bash-completion/completions
nodist_bashcomp_DATA = ovftool/completions/ovftool
EXTRA_DIST += ovftool/completion.bash
CLEANFILES += ovftool/completions/ovftool
ovftool/completions/ovftool: ovftool/completion.bash
	$(AM_V_GEN)$(MKDIR_P) ovftool/completions && \
	cp $(srcdir)/ovftool/completion.bash $@
