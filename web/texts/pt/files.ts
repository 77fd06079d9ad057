import type { Texts } from '../topics.ts';

export const files: Texts['files'] = {
  packets: 'Salvar pacotes',
  trace: 'Salvar rastro',
  svg: 'Salvar SVG',
  png: 'Salvar PNG',
  open: 'Abrir arquivo …',
  opened: 'arquivo',
  problems: {
    TRACE_TOO_LARGE: 'Esse arquivo é grande demais para um rastro.',
    TRACE_NOT_JSON: 'Esse arquivo não é JSON, então não é um rastro salvo.',
    TRACE_FOREIGN: 'Esse arquivo não é um rastro do Aperto.',
    TRACE_VERSION: 'Esse rastro foi salvo por outra versão do Aperto, que esta página não sabe ler.',
    TRACE_BROKEN: 'Esse rastro está danificado: algo nele não faz parte de um rastro.',
    TRACE_CONTRADICTS: 'Esse rastro se contradiz: duas fontes têm um só nome, ou um passo é causa de si mesmo.',
    PICTURE_TOO_TALL: 'O desenho é alto demais para um PNG. Salve-o como SVG.',
    UNSUPPORTED_COMPRESSION: 'Este navegador não lê arquivos comprimidos desse modo. Descomprima-o antes.',
    NOT_A_CAPTURE: 'Esse arquivo não é uma captura (pcap, pcapng) nem um rastro do Aperto.',
    CAPTURE_DAMAGED: 'Essa captura está danificada, e nada dela pode ser lido.',
    FILE_UNREADABLE: 'Não é possível ler esse arquivo.',
    FILE_NOT_WRITTEN: 'Não foi possível criar o arquivo: a ponte sumiu, ou os pacotes estão danificados.',
  },
};
