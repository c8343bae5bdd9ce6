package chem

func (m *Mol) setFeatures() {}
