libovf_check_sources = \
	$(NULL)
