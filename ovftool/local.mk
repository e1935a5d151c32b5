bin_PROGRAMS += ovftool/ovftool
ovftool_ovftool_SOURCES = \
	ovftool/command.h \
	$(ovftool_cli_sources) \
	$(ovftool_command_sources) \
	$(NULL)
# Linked into the program, so that it runs in place from any folder.
ovftool_ovftool_LDFLAGS = $(AM_LDFLAGS) -static
ovftool_ovftool_LDADD = libovf/libovf.la $(JANSSON_LIBS)

ovftool_cli_sources = \
	ovftool/main.c \
	$(NULL)

ovftool_command_sources = \
	$(NULL)
