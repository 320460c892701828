"""The open data of a release: its protected tables as CSV and GeoPackage, with a dictionary, licences and attribution."""
