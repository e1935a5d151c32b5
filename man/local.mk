# The manual: POD, made into pages where pod2man is, and shipped as pages, so
# that a tarball needs none.  `=for insert NAME` takes in insert-NAME.pod: what
# several commands share is written once.
man_pages = \
	man/ovftool.1 \
	man/ovftool-build.1 \
	man/ovftool-convert.1 \
	man/ovftool-diff.1 \
	man/ovftool-disk.1 \
	man/ovftool-env.1 \
	man/ovftool-export.1 \
	man/ovftool-formats.1 \
	man/ovftool-help.1 \
	man/ovftool-import.1 \
	man/ovftool-info.1 \
	man/ovftool-pack.1 \
	man/ovftool-repair.1 \
	man/ovftool-set.1 \
	man/ovftool-sign.1 \
	man/ovftool-unpack.1 \
	man/ovftool-unsign.1 \
	man/ovftool-validate.1 \
	man/ovftool-verify.1 \
	man/ovftool-version.1 \
	man/ovftool-vmware.1 \
	man/ovftool-profiles.5 \
	man/ovftool-rules.7 \
	man/ovftool-security.7 \
	$(NULL)
man_pods = \
	man/ovftool.pod \
	man/ovftool-build.pod \
	man/ovftool-convert.pod \
	man/ovftool-diff.pod \
	man/ovftool-disk.pod \
	man/ovftool-env.pod \
	man/ovftool-export.pod \
	man/ovftool-formats.pod \
	man/ovftool-help.pod \
	man/ovftool-import.pod \
	man/ovftool-info.pod \
	man/ovftool-pack.pod \
	man/ovftool-repair.pod \
	man/ovftool-set.pod \
	man/ovftool-sign.pod \
	man/ovftool-unpack.pod \
	man/ovftool-unsign.pod \
	man/ovftool-validate.pod \
	man/ovftool-verify.pod \
	man/ovftool-version.pod \
	man/ovftool-vmware.pod \
	man/ovftool-profiles.pod \
	man/ovftool-security.pod \
	$(NULL)
man_inserts = \
	man/insert-convert.pod \
	man/insert-global.pod \
	man/insert-reach.pod \
	man/insert-sign.pod \
	man/insert-trust.pod \
	$(NULL)

EXTRA_DIST += man/expand.sed $(man_pods) $(man_inserts)
SUFFIXES = .pod .1 .5 .7

if HAVE_MAN_PAGES
man_MANS += $(man_pages)
EXTRA_DIST += $(man_pages)
MAINTAINERCLEANFILES += $(man_pages)
endif

if HAVE_POD2MAN
# sed runs in the source folder, where the names in expand.sed lead.
make_page = $(AM_V_GEN)$(MKDIR_P) man && pod=`cd $(srcdir)/man && \
	  sed -f expand.sed $$(basename $< )` && \
	printf '%s\n' "$$pod" | $(POD2MAN) --errors=die --center=ovftool \
	  --release=ovftool --date='$(PACKAGE_VERSION)'
.pod.1:
	$(make_page) --section=1 \
	  --name=`basename $@ .1 | tr a-z A-Z` >$@.tmp && mv $@.tmp $@
.pod.5:
	$(make_page) --section=5 \
	  --name=`basename $@ .5 | tr a-z A-Z` >$@.tmp && mv $@.tmp $@
.pod.7:
	$(make_page) --section=7 \
	  --name=`basename $@ .7 | tr a-z A-Z` >$@.tmp && mv $@.tmp $@
$(man_pages): $(man_inserts)

# The rules' page is made from their table, which the program prints.  It is
# remade when the table changes, not whenever the program is linked.
man/ovftool-rules.7: $(libovf_check_sources) | ovftool/ovftool$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) man && \
	  ovftool/ovftool$(EXEEXT) validate --rules-pod | $(POD2MAN) --errors=die \
	  --center=ovftool --release=ovftool --date='$(PACKAGE_VERSION)' \
	  --section=7 --name=OVFTOOL-RULES >$@.tmp && mv $@.tmp $@
endif
