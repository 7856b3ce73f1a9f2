"""The data validation worksheet: what a district expects, asked in a spreadsheet and compared with what arrived."""
