package web

// Outside are our own pages that belong to no realm: as Pages, without a realm's look.
func (m *Mux) Outside() *Group {
	return &Group{server: m.Root.server, surface: surfacePages}
}
