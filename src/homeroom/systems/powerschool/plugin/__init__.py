"""The plug-in that a district's administrator installs in PowerSchool: queries, access request, credentials."""
